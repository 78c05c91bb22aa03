"""The list of kinds in docs/planting.md. `PYTHONPATH=tools/src uv run python -m tests.tools.plant.page` writes it."""

import re
from pathlib import Path

from oneloop_tools.plant.kinds import KINDS, MODULES
from oneloop_tools.plant.kinds.kind import Kind
from tests.support.environment import ROOT

PAGE = ROOT / "docs/planting.md"
HEADING = "## The kinds\n"
SAMPLE = re.compile(r"```python\n(# (\S+): new\n.*?)```", re.DOTALL)


def render(text: str) -> str:
    """Return the page `text` with the kinds of the code."""
    head, heading, _ = text.partition(HEADING)
    assert heading, f"{PAGE.name} has lost its heading {HEADING.strip()!r}"
    count = f"There are {len(KINDS)}. Each names a place in a new service, and the test there that catches the bug.\n"
    parts = [f"### {_title(module.__doc__)}\n\n" + "\n".join(map(_entry, module.KINDS)) for module in MODULES]
    return "\n".join([head + HEADING, count, *parts])


def _title(docstring: str | None) -> str:
    return (docstring or "").splitlines()[0].rstrip(".")


def _entry(kind: Kind) -> str:
    file, _, function = kind.site.partition(" ")
    shown = f"Place: `{file}`{f', `{function}`' if function != 'module' else ''}. Test: `{kind.test}`"
    sample = f"Place and test: [a sample](#sample-{kind.name})"
    text = f"{kind.planted} {kind.consequence}\\\n{sample if kind.sampled else shown}"
    return f'<a id="{kind.name}"></a>**`{kind.name}`**: {text}\n'


def write_samples(service: Path) -> None:
    """Write the code blocks of the page that name a file into a service."""
    for text, path in SAMPLE.findall(PAGE.read_text("utf-8")):
        (service / path).write_text(text, "utf-8")


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8", newline="\n")
