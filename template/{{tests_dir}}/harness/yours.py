"""Fixtures of a service's own that bear the name of one of the harness's: theirs win."""

import sys
from types import ModuleType

import pytest

from . import seam
from .run import RUN

LOADING = f"{__package__}.loading"


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name them, where the harness came into a suite that stood: there it may surprise."""
    loading = sys.modules.get(LOADING)
    if loading is None:
        return None
    conftests = [
        plugin
        for plugin in config.pluginmanager.get_plugins()
        if isinstance(plugin, ModuleType) and plugin.__name__.rpartition(".")[2] == "conftest"
    ]
    won = {
        name
        for name in set(loading.__all__) - seam.NAMES
        for conftest in conftests
        if _wins(vars(conftest).get(name), vars(loading)[name])
    }
    if not won:
        return None
    return f"harness: your fixtures win over its own of these names: {', '.join(sorted(won))}"


def _wins(yours: object, ours: object) -> bool:
    # A conftest may well hold the app itself under the name `app`, and that is no fixture.
    return yours is not ours and isinstance(yours, type(ours))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what it cost that tests make and drop tables themselves."""
    replaced = config.stash[RUN].isolation.replaced
    if replaced:
        terminalreporter.write_line(
            f"harness: {replaced} tests changed the schema, and the database was replaced after "
            "each, which is right and slow. Delete the fixtures that make and drop tables: the "
            "harness does it. See docs/testing/migration.md."
        )
