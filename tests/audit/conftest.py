"""The samples: small projects whose tests have their verdict beside them. Nothing collects them here."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.audited import Audited
from tests.support.environment import ROOT

collect_ignore = ["samples"]

SAMPLES = Path(__file__).parent / "samples"
BRIEF = ROOT / "tests/brief/app"

Sample = Callable[[str], Audited]


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Return a copy of a sample with the harness in its tests, to run and to change."""

    def sample(name: str) -> Audited:
        root = tmp_path / name
        if name == "brief":
            # The brief's own suite, in the folders that a project has.
            (root / "tests").mkdir(parents=True)
            shutil.copy(BRIEF / "service.py", root)
            for file in ("conftest.py", "test_metrics_security.py"):
                shutil.copy(BRIEF / file, root / "tests")
        else:
            shutil.copytree(SAMPLES / name, root)
        return Audited(root / "backend" if (root / "backend").exists() else root).with_harness()

    return sample
