"""The samples, each adopted once; their own suites run in projects of their own, and not here."""

import json
import sys
from pathlib import Path

import pytest

from tests.adopt.commands import follow
from tests.adopt.sample import SAMPLES, Adopted, AdoptSample, Sample, begin
from tests.conftest import Once
from tests.support import template
from tests.support.environment import ROOT, interpreter, succeed

collect_ignore = ["samples"]
QUICK = "brief"  # the sample of the default run; the others run nightly
ASKED = "asked.json"


def each_sample() -> list[object]:
    """Return the samples as parameters."""
    return [pytest.param(name, marks=[] if name == QUICK else [pytest.mark.nightly]) for name in SAMPLES]


def adopt(oneloop: Path, sample: Sample, top: Path, *, ref: str = "HEAD") -> Path:
    """Write the plugin into an existing project."""
    return template.render(oneloop, top, {"kind": "harness", **sample.answers}, ref=ref)


def adopt_by_command(oneloop: Path, sample: Sample, top: Path) -> str:
    """Write the plugin as a user does, and return what Copier prints."""
    answers = [f"--data={name}={answer}" for name, answer in {"kind": "harness", **sample.answers}.items()]
    copy = [sys.executable, "-m", "copier", "copy", "--defaults", "--vcs-ref=HEAD"]
    return succeed(*copy, *answers, oneloop, top, cwd=ROOT)


@pytest.fixture(scope="session")
def adopt_sample(once: Once, oneloop: Path) -> AdoptSample:
    """Return a sample that has adopted the plugin and done what it asks for: to run, and not to change."""

    def adopt_sample(name: str) -> Adopted:
        sample, python = SAMPLES[name], interpreter("3.11")

        def make(top: Path) -> None:
            begin(sample, top)
            message = adopt_by_command(oneloop, sample, top)
            asked = follow(Adopted(sample, top, python), message)
            (top / ASKED).write_text(json.dumps(asked))

        return Adopted(sample, once(f"adopted-{name}", make), python)

    return adopt_sample


@pytest.fixture(params=each_sample())
def adopted(request: pytest.FixtureRequest, adopt_sample: AdoptSample) -> Adopted:
    """Each sample in turn."""
    return adopt_sample(request.param)
