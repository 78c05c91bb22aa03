"""The decision records have one form, and a service has a digest of those about its harness."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT

FOLDER = Path("docs/decisions")
RECORDS = sorted(path.relative_to(ROOT) for path in (ROOT / FOLDER).glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequences", "Enforced by"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_record_has_the_four_parts(record: Path) -> None:
    """Context, Decision, Consequences, Enforced by: in this order, and none else."""
    found = re.findall(r"^## (.+)$", (ROOT / record).read_text(), re.MULTILINE)

    assert found == PARTS


def test_numbers_are_used_once() -> None:
    """A number names one record."""
    numbers = [record.name[:4] for record in RECORDS]

    assert len(numbers) == len(set(numbers))


# A service's users meet what these decide: its server, its database and clients, its harness. The others are about
# the service's own code, or about this repository.
OF_THE_HARNESS = {*range(10, 15), 30, 33, *range(40, 51), *range(60, 86), *range(100, 120)}
DIGEST = ROOT / "template/docs/testing/decisions.md"
ROW = re.compile(r"^\| (?P<number>\d{4}) \| \d{4}-\d\d-\d\d \|(?: [^|]+ \|){3}$", re.MULTILINE)


def test_digest_has_each_record_about_the_harness() -> None:
    """The page that a service gets has a row for each: date, choice, reason and consequence, and none is empty."""
    numbers = [record.name[:4] for record in RECORDS if int(record.name[:4]) in OF_THE_HARNESS]

    assert len(numbers) > 20
    assert sorted(ROW.findall(DIGEST.read_text())) == sorted(numbers)
