"""Each reason is explained, and fits into a comment."""

import re

import pytest

from oneloop_tools.convert.conversion import comment_for
from oneloop_tools.convert.reasons import NOTES, REASONS, Doubt
from tests.support.environment import ROOT

PAGE = ROOT / "docs/convert.md"


@pytest.mark.parametrize("reason", [*REASONS, *NOTES])
def test_page_explains_it(reason: str) -> None:
    heading = re.escape(reason.replace("-", " "))

    assert re.search(
        rf"^\*\*{heading}\*\*|^\| `{re.escape(reason)}` \|", PAGE.read_text(), re.MULTILINE | re.IGNORECASE
    )


@pytest.mark.parametrize("reason", REASONS)
def test_comment_fits_into_a_line(reason: str) -> None:
    """In a method too, and with the line length of most projects."""
    assert len(f"    {comment_for(Doubt(reason, None))}") <= 88
