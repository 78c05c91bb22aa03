"""Loads `seam.py` of the tests folder as a plugin, so the project's conftest.py stays as it is.

Its fixtures begin with `oneloop_`, since the suite may have others called `settings`, `metadata` or `login`. One of an
earlier release has the plain names, and is refused where a conftest.py has one of them too.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from .. import seam
from ..config import TESTS, shown
from ..fixtures.database_fixtures import database_url
from .alembic_runner import RUNNER
from .conftests import fixtures_of, loaded_conftests

NAME = "oneloop_seam"
PREFIX = "oneloop_"


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures of seam.py; the plugin asks for no other."""
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
    if any(f"{PREFIX}{name}" in vars(module) for name in seam.FIXTURES):
        seam.ASKED_AS.update({name: f"{PREFIX}{name}" for name in seam.FIXTURES})
        config.pluginmanager.register(_defaults(), f"{NAME}_defaults")
    else:
        _refuse_same_names(config, module)
    config.pluginmanager.register(module, NAME)
    if hasattr(module, "alembic") and not config.option.collectonly:
        RUNNER.start()


def _defaults() -> ModuleType:
    """Return what seam.py may leave out, by the names that it has there."""
    defaults = ModuleType(f"{NAME}_defaults")
    found = {**{name: getattr(seam, name) for name in seam.FIXTURES}, "database_url": database_url}
    vars(defaults).update({f"{PREFIX}{name}": fixture for name, fixture in found.items()})
    return defaults


def _refuse_same_names(config: pytest.Config, module: ModuleType) -> None:
    for conftest in loaded_conftests(config):
        if both := sorted(seam.FIXTURES.keys() & fixtures_of(conftest) & vars(module).keys()):
            file = shown(Path(conftest.__file__ or ""))
            raise pytest.UsageError(
                f"{file} and {shown(TESTS / 'seam.py')} both have the fixture {both[0]!r}, and the plugin would "
                f"get the first. In seam.py, write {PREFIX} before the name of each fixture."
            )
