"""What a run of an existing suite reports: fixtures of its own that win, and what it costs it."""

from types import ModuleType

import pytest

from .. import fixtures
from ..seam import NAMES
from ..test_run import RUN


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name the suite's own fixtures that win over the plugin's of the same name."""
    plugins = config.pluginmanager.get_plugins()
    conftests = [each for each in plugins if getattr(each, "__name__", "").endswith("conftest")]
    ours = {name: value for part in fixtures.PARTS for name, value in vars(part).items()}
    winning = {
        name
        for conftest in conftests
        if isinstance(conftest, ModuleType)
        for name, value in vars(conftest).items()
        # A conftest may hold the app itself under the name `app`, and that is no fixture.
        if name in ours
        and name not in NAMES
        and isinstance(value, type(ours[name]))
        and type(value).__name__ == "FixtureFunctionDefinition"
    }
    if not winning:
        return None
    return f"oneloop: your fixtures win over its own of these names: {', '.join(sorted(winning))}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Report what it costs that tests make and drop tables themselves."""
    replaced = config.stash[RUN].replaced_databases
    if replaced:
        terminalreporter.write_line(
            f"oneloop: {replaced} tests changed the schema. The database was replaced after each, "
            "which is right and slow. Delete the fixtures that make and drop tables: the plugin "
            "does it. See docs/testing/migration.md."
        )
