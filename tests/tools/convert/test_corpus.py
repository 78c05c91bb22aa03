"""Every snippet of the corpus is converted as expected, and its report is the expected one."""

import ast

import pytest

from tests.tools.convert.snippets import Snippet, convert, snippets

EVERY = snippets()


def test_it_is_wide() -> None:
    assert len(EVERY) >= 120
    assert len({snippet.style for snippet in EVERY}) >= 25


@pytest.mark.parametrize("snippet", EVERY, ids=lambda snippet: snippet.name)
def test_it_comes_out_as_expected(snippet: Snippet) -> None:
    changed, listed = convert(snippet.before)

    assert changed == snippet.expected
    assert listed == snippet.report
    for text in changed.values():
        ast.parse(text)


@pytest.mark.parametrize("snippet", EVERY, ids=lambda snippet: snippet.name)
def test_a_second_time_changes_nothing(snippet: Snippet) -> None:
    again, _ = convert(snippet.expected)

    assert again == snippet.expected


@pytest.mark.parametrize(
    "snippet", [each for each in EVERY if each.name.endswith("left")], ids=lambda snippet: snippet.name
)
def test_what_is_left_is_listed_and_marked(snippet: Snippet) -> None:
    """A test that is left has one comment, with the reason in the report."""
    comments = [
        line.strip()
        for text in snippet.expected.values()
        for line in text.splitlines()
        if line.strip().startswith("# TODO: not converted (")
    ]

    listed = [line.rpartition("[")[2].removesuffix("]") for line in snippet.report if ": left: " in line]
    assert listed
    assert sorted(comment.partition("(")[2].partition(")")[0] for comment in comments) == sorted(listed)
