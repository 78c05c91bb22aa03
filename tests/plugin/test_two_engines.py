"""A service may have two engines on its test database; one on any other database is refused by each test's name."""

import pytest

from tests.support.outcomes import Run
from tests.support.overlay import Overlay

WRITE = {"test_writes_by_the_second[1]", "test_writes_by_the_second[2]", "test_writes_to_its_own"}


def run(service: Overlay, second: str) -> Run:
    """Run the probes, with the second engine on that database."""
    return service.pytest("tests/probes/test_two_engines.py", env={"SECOND": second})


def test_on_the_same_database_both_are_wiped(service: Overlay) -> None:
    done = run(service, "same")

    assert done.having("passed") == {*WRITE, "test_next"}, done.output


@pytest.mark.parametrize(
    ("second", "words"),
    [("foreign", ["ForeignDatabaseError", "'legacy_test'"]), ("wrong", ["WrongDatabaseError", "'legacy'"])],
    ids=["another test's database", "no test's database"],
)
def test_on_another_it_is_refused(service: Overlay, second: str, words: list[str]) -> None:
    """By each test that uses it, and the next test is clean."""
    done = run(service, second)

    assert done.having("passed") == {"test_next"}
    for name in WRITE:
        assert [word for word in words if word not in done.outcomes[name].said] == [], name
