"""The samples, each adopted once; their own suites run in projects of their own, and not here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adopt.adoption import adopt
from tests.adopt.samples import SAMPLES, Adopted, begin, follow
from tests.conftest import Once
from tests.support.interpreters import interpreter

collect_ignore = ["samples"]
SAID = "said.txt"


@pytest.fixture(scope="session")
def adopt_sample(once: Once, oneloop: Path) -> Callable[[str], Adopted]:
    """Return a sample that has adopted the harness and done what it says: to run, and not to change."""

    def adopt_sample(name: str) -> Adopted:
        sample, python = SAMPLES[name], interpreter("3.11")

        def make(top: Path) -> None:
            begin(sample, top)
            adopt(oneloop, sample, top)
            said = follow(Adopted(sample, top, python)).said
            (top / SAID).write_text("\n".join(said))

        top = once(f"adopted-{name}", make)
        return Adopted(sample, top, python, tuple((top / SAID).read_text().splitlines()))

    return adopt_sample


@pytest.fixture(params=SAMPLES)
def adopted(request: pytest.FixtureRequest, adopt_sample: Callable[[str], Adopted]) -> Adopted:
    """Each sample in turn."""
    return adopt_sample(request.param)
