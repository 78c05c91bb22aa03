"""The samples: small projects whose tests have their verdict beside them. tests/adopt has them, and uses them too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adopt.samples import copy_files
from tests.tools.audit.audited import Audited

Sample = Callable[[str], Audited]


def copy_sample(name: str, root: Path) -> Audited:
    return Audited(copy_files(name, root))


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Return a copy of a sample, to run and to change."""
    return lambda name: copy_sample(name, tmp_path / name)
