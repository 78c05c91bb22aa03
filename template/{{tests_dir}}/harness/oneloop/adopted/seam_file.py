"""`seam.py` in the project's tests folder: loaded as a plugin, so that no conftest.py has to change."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from ..config import TESTS

NAME = "oneloop_seam"


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures of seam.py: they win over the plugin's, and a conftest's over them."""
    file = TESTS / "seam.py"
    if not file.is_file():
        raise pytest.UsageError(
            f"{file} is missing. It tells the plugin about your service.\n"
            "Take it from your history, or write the fixtures that "
            "harness/oneloop/seam.py lists into your conftest.py and an empty seam.py."
        )
    spec = spec_from_file_location(NAME, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(module)
    config.pluginmanager.register(module, NAME)
