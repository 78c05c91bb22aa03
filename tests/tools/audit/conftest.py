"""The samples: small projects whose tests have their verdict beside them. They are not collected here."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.environment import ROOT
from tests.tools.audit.audited import Audited

collect_ignore = ["samples"]

SAMPLES = Path(__file__).parent / "samples"
BRIEF = ROOT / "tests/brief/app"

Sample = Callable[[str], Audited]


def copy_sample(name: str, root: Path) -> Audited:
    """Copy a sample to a folder."""
    if name == "brief":
        # The brief's own suite, laid out as a project.
        (root / "tests").mkdir(parents=True)
        for file in ("service.py", "pytest.ini"):
            shutil.copy(BRIEF / file, root)
        for file in ("conftest.py", "test_metrics_security.py"):
            shutil.copy(BRIEF / file, root / "tests")
    else:
        shutil.copytree(SAMPLES / name, root)
    return Audited(root / "backend" if (root / "backend").exists() else root)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Return a copy of a sample, to run and to change."""
    return lambda name: copy_sample(name, tmp_path / name)
