"""Loads `seam.py` of the tests folder as a plugin, so the project's conftest.py stays as it is."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from ..config import TESTS
from .alembic_runner import RUNNER

NAME = "oneloop_seam"


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures of seam.py. They override the plugin's, and a conftest's win."""
    file = TESTS / "seam.py"
    if not file.is_file():
        raise pytest.UsageError(
            f"{file} is missing. It describes your service to the plugin. Restore it from your "
            "history, or write the fixtures that harness/oneloop/seam.py lists into a new one."
        )
    spec = spec_from_file_location(NAME, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(module)
    config.pluginmanager.register(module, NAME)
    if hasattr(module, "alembic") and not config.option.collectonly:
        RUNNER.start()
