"""docs/testing/promises.md has a row for each of the eighteen promises, and stays short."""

import re

from tests.support.environment import ROOT

PAGE = ROOT / "template/docs/testing/promises.md"
MOST_LINES = 60


def test_each_promise_has_a_row_and_says_what_it_means_for_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \| \*\*.+?\*\*.* \| (.+) \|$", PAGE.read_text(), re.MULTILINE)

    assert [int(number) for number, _ in rows] == list(range(1, 19))
    assert all(meaning.endswith(".") for _, meaning in rows)


def test_page_is_short() -> None:
    assert len(PAGE.read_text().splitlines()) <= MOST_LINES
