"""The suite's own conftest.py files, and their fixtures."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


def loaded_conftests(config: pytest.Config) -> Iterator[ModuleType]:
    for plugin in config.pluginmanager.get_plugins():
        if isinstance(plugin, ModuleType) and Path(getattr(plugin, "__file__", None) or "").name == "conftest.py":
            yield plugin


def fixtures_of(module: ModuleType) -> set[str]:
    """Return the names of its fixtures; an app or `settings` may be imported there, and is none."""
    one = pytest.fixture(lambda: None)
    names = {name for name, each in vars(module).items() if isinstance(each, type(one))}
    return {name for name in names if vars(one).keys() <= vars(vars(module)[name]).keys()}
