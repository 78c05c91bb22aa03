"""The part of docs/testing/known-errors.md that is made from known_errors.toml.

`python -m tests.support.known_errors_page` writes it.
"""

import textwrap
import tomllib
from pathlib import Path

TEMPLATE = Path(__file__).parents[2] / "template"
DATA = TEMPLATE / "{{tests_dir}}/harness/oneloop/report/known_errors.toml"
PAGE = TEMPLATE / "docs/testing/known-errors.md"
BEGIN = "<!-- begin: made from tests/harness/oneloop/report/known_errors.toml -->\n"
END = "<!-- end -->\n"
WIDTH = 110

Entry = dict[str, str]


def read_entries() -> list[Entry]:
    """Return the known errors in the order of the file."""
    entries = tomllib.loads(DATA.read_text("utf-8"))["error"]
    return [{key: " ".join(entry[key].split()) for key in ("name", "example", "cause", "fix")} for entry in entries]


def anchor(name: str) -> str:
    """Return the anchor of a heading on the page."""
    return name.lower().replace(" ", "-")


def render(text: str) -> str:
    """Return the page `text`, with the part between its two marks made from the file."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has lost the marks around its list of errors.")
    return "\n".join([head + BEGIN, *map(_section, read_entries()), END]) + tail


def _section(entry: Entry) -> str:
    return (
        f"### {entry['name']}\n\n```text\n{_fill(entry['example'])}\n```\n\n"
        f"{_fill('**Cause.** ' + entry['cause'])}\n\n{_fill('**Fix.** ' + entry['fix'])}\n"
    )


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False, break_long_words=False)


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8", newline="\n")
