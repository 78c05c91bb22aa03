"""What the run of an existing suite reports in addition."""

from types import ModuleType

import pytest

from .. import fixtures
from ..seam import NAMES
from ..test_run import RUN


def pytest_report_header(config: pytest.Config) -> str | None:
    """List the suite's fixtures that override the plugin's."""
    plugins = config.pluginmanager.get_plugins()
    conftests = [each for each in plugins if getattr(each, "__name__", "").endswith("conftest")]
    ours = {name: value for part in fixtures.PARTS for name, value in vars(part).items()}
    overriding = {
        name
        for conftest in conftests
        if isinstance(conftest, ModuleType)
        for name, value in vars(conftest).items()
        # A conftest may import the app as `app`, which is not a fixture.
        if name in ours
        and name not in NAMES
        and isinstance(value, type(ours[name]))
        and type(value).__name__ == "FixtureFunctionDefinition"
    }
    if not overriding:
        return None
    return f"oneloop: your fixtures override the plugin's: {', '.join(sorted(overriding))}"


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    replaced = config.stash[RUN].replaced_databases
    if replaced:
        terminalreporter.write_line(
            f"oneloop: {replaced} tests changed the schema, and each needed a new database, which is slow. Delete the "
            "fixtures that create and drop tables: the plugin does it. See docs/testing/migration.md."
        )
