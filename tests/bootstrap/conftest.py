from pathlib import Path

import pytest

from tests.bootstrap.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose uv only records what it is asked to do."""
    return Machine(tmp_path)
