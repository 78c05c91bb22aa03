"""Which test reaches which line, by coverage.py. What several tests share has no test: an import, a wide fixture."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

IMPORTS, WIDE = "", "*"  # until the tests are collected; wide fixtures, and what runs between the tests


class Contexts:
    """A plugin of the run whose coverage has the name of the running test as its context."""

    def __init__(self, root: Path, files: list[str]) -> None:
        self._root = root
        self._files = files
        self._outside = self._context = IMPORTS
        greenlets = ["greenlet"] if find_spec("greenlet") else []  # SQLAlchemy's async sessions run in them
        self._coverage = Coverage(
            data_file=None,
            config_file=False,
            include=[str(root / each) for each in files],
            concurrency=["thread", *greenlets],
        )
        self._coverage.start()
        self._coverage.switch_context(IMPORTS)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        self._outside = WIDE
        self._switch(WIDE)

    # Wrappers of the old kind: pytest 7 has no other.
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._switch(item.nodeid)
        yield
        self._switch(self._outside)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """What a wide fixture does, it does for every test that has it, though it runs in the first."""
        if fixturedef.scope == "function":
            yield
            return
        before = self._switch(self._outside)
        yield
        self._switch(before)  # a fixture that this one asked for may be as wide

    def _switch(self, context: str) -> str:
        before, self._context = self._context, context
        self._coverage.switch_context(context)
        return before

    def result(self) -> dict[str, Any]:
        """Return the tests that reach each line of each file, and the libraries that were imported."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {}
        for each in self._files:
            found = data.contexts_by_lineno(str(self._root / each))
            lines[each] = {str(line): sorted(contexts) for line, contexts in found.items()}
        return {"lines": lines, "modules": _libraries(self._root)}


def _libraries(root: Path) -> list[str]:
    """Return the modules that were imported and are not of the project, in the order of their import."""
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        own = isinstance(file, str) and Path(file).is_relative_to(root)
        if file and not own and not name.startswith(("__", "coverage", "oneloop_tools")):
            found.append(name)
    return found
