"""What the run of an existing suite reports in addition."""

from types import ModuleType

import pytest

from .. import fixtures
from ..seam import FIXTURES
from ..test_run import RUN


def pytest_report_header(config: pytest.Config) -> list[str]:
    """List the suite's fixtures that override the plugin's, and those that do not, since their names are the seam's."""
    plugins = config.pluginmanager.get_plugins()
    conftests = [each for each in plugins if getattr(each, "__name__", "").endswith("conftest")]
    ours = {name: value for part in fixtures.PARTS for name, value in vars(part).items()}
    overriding = {
        name
        for conftest in conftests
        if isinstance(conftest, ModuleType)
        for name, value in vars(conftest).items()
        # A conftest may import the app as `app`, which is not a fixture.
        if name in ours and isinstance(value, type(ours[name])) and hasattr(value, "__wrapped__")
    }
    beside, over = sorted(overriding & FIXTURES.keys()), sorted(overriding - FIXTURES.keys())
    lines = [f"oneloop: your fixtures override the plugin's: {', '.join(over)}"] if over else []
    if beside:
        lines.append(
            f"oneloop: the plugin does not use your fixtures {', '.join(beside)}: it has those of tests/seam.py"
        )
    return lines


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    replaced = config.stash[RUN].replaced_databases
    if replaced:
        terminalreporter.write_line(
            f"oneloop: {replaced} tests changed the schema, and each needed a new database, which is slow. Delete the "
            "fixtures that create and drop tables: the plugin does it. See docs/testing/migration.md."
        )
