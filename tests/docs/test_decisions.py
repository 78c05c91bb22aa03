"""Every decision record has the same form, is short, and names the tests that enforce it."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.docs.test_links import in_the_template

RECORDS = sorted(path.relative_to(ROOT) for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequences", "Enforced by"]
MOST_LINES = 35
MOST_RECORDS = 22
TEST_PATH = re.compile(r"`((?:tests|tools)/[\w./-]*\w/?)`")


def exists(path: str) -> bool:
    """Return whether the path is in this repository, or in a service by the template."""
    return any((ROOT / place).exists() for place in (path, *in_the_template(path)))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
class TestRecord:
    def test_has_the_four_parts(self, record: Path) -> None:
        found = re.findall(r"^## (.+)$", (ROOT / record).read_text(), re.MULTILINE)

        assert found == PARTS

    def test_has_its_own_number_in_the_title(self, record: Path) -> None:
        assert (ROOT / record).read_text().startswith(f"# {int(record.name[:4])}. ")

    def test_is_short(self, record: Path) -> None:
        assert len((ROOT / record).read_text().splitlines()) <= MOST_LINES

    def test_names_the_tests_that_enforce_it(self, record: Path) -> None:
        named = TEST_PATH.findall((ROOT / record).read_text().partition("## Enforced by")[2])
        missing = [path for path in named if not exists(path)]

        assert named, f"{record} names no test. Write the path of one under 'Enforced by'."
        assert not missing, f"{record} names tests that do not exist: {missing}. Write where they are now."


def test_numbers_are_used_once() -> None:
    numbers = [record.name[:4] for record in RECORDS]

    assert len(numbers) == len(set(numbers))


def test_records_are_few() -> None:
    """A new one has to replace one that a reader needs less."""
    assert len(RECORDS) <= MOST_RECORDS
