"""docs/testing/diagnosis.md: the part of it that is made from the families."""

import textwrap

from .families import FAMILIES
from .family import Family

BEGIN = "<!-- made by `python -m tests.harness.diagnosis` from here -->\n"
END = "<!-- to here -->\n"
WIDTH = 110


def render(text: str) -> str:
    """Return the page `text` with the part between its two marks made anew."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError("The page has lost the marks between which its list of errors stands.")
    index = "".join(f"- [{family.name}](#{family.anchor})\n" for family in FAMILIES)
    return "\n".join([head + BEGIN, index, *map(_section, FAMILIES), END]) + tail


def _section(family: Family) -> str:
    return (
        f"### {family.name}\n\n```text\n{textwrap.fill(family.example, WIDTH)}\n```\n\n"
        f"{_paragraph('Cause', family.cause)}\n\n{_paragraph('Cure', family.cure)}\n"
    )


def _paragraph(word: str, text: str) -> str:
    return textwrap.fill(
        f"**{word}.** {text}", WIDTH, break_on_hyphens=False, break_long_words=False
    )
