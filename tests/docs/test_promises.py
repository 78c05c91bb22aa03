"""docs/testing/promises.md has a row for each of the eighteen, and each row names tests that are there."""

import re

from tests.support.environment import ROOT

PAGE = ROOT / "template/docs/testing/promises.md"
TESTS = ROOT / "template/tests/harness/promises"


def test_each_promise_names_its_tests() -> None:
    rows = re.findall(r"^\| (\d+) \| \*\*.+?\| (.+) \|$", PAGE.read_text(), re.MULTILINE)

    assert [int(number) for number, _ in rows] == list(range(1, 19))
    for number, tests in rows:
        named = re.findall(r"`(test_\w+\.py)`", tests)
        assert named, number
        assert [name for name in named if not (TESTS / name).exists()] == []


def test_each_file_of_tests_has_a_row() -> None:
    page = PAGE.read_text()

    assert [path.name for path in TESTS.glob("test_*.py") if f"`{path.name}`" not in page] == []


def test_each_file_of_tests_has_the_promises_that_it_says() -> None:
    """The first line of `test_x.py` says which promises it proves; these rows name it."""
    page = PAGE.read_text()
    said = 0

    for path in sorted(TESTS.glob("test_*.py")):
        first = path.read_text().splitlines()[0]
        found = re.match(r'"""Promises? (\d+)(?: (and|to) (\d+))?', first)
        if found is None:
            continue
        start, end = int(found[1]), int(found[3] or found[1])
        for number in range(start, end + 1) if found[2] == "to" else {start, end}:
            (row,) = re.findall(rf"^\| {number} \| .*$", page, re.MULTILINE)
            assert f"`{path.name}`" in row, f"{path.name}: {first}"
            said += 1

    assert said >= len(list(TESTS.glob("test_*.py")))
