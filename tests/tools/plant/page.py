"""The list of kinds in docs/planting.md. `PYTHONPATH=tools/src uv run python -m tests.tools.plant.page` writes it."""

from oneloop_tools.plant.kinds import KINDS, MODULES
from oneloop_tools.plant.kinds.kind import Kind
from tests.support.environment import ROOT

PAGE = ROOT / "docs/planting.md"
HEADING = "## The kinds\n"


def render(text: str) -> str:
    """Return the page `text` with the kinds of the code."""
    head, heading, _ = text.partition(HEADING)
    assert heading, f"{PAGE.name} has lost its heading {HEADING.strip()!r}"
    count = f"There are {len(KINDS)}. Each names the test of a new service that catches it.\n"
    parts = [f"### {_title(module.__doc__)}\n\n" + "\n".join(map(_entry, module.KINDS)) for module in MODULES]
    return "\n".join([head + HEADING, count, *parts])


def _title(docstring: str | None) -> str:
    return (docstring or "").splitlines()[0].rstrip(".")


def _entry(kind: Kind) -> str:
    return f'<a id="{kind.name}"></a>**`{kind.name}`**: {kind.planted} {kind.consequence}\\\nTest: `{kind.test}`\n'


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8", newline="\n")
