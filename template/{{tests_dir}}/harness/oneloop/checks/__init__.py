"""Tests of the user's service that run in every test run: access, migrations, contract.

May import every other room; they are tests, so they import the plugin as `oneloop`. This file says
what is collected when, and where the contract's snapshot is.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
SELFTEST = HERE.parent / "selftest"
TESTS = HERE.parents[2]
SNAPSHOT = TESTS / "contract" / "openapi.json"
COMPARED = HERE / "test_contract.py"
GENERATED = HERE / "test_generated_requests.py"
ASKED = "uv run --group contract pytest -m contract"


def shown(path: Path) -> str:
    """Return `path` as it is written on a command line in the service's folder."""
    return path.relative_to(TESTS.parent).as_posix()


UPDATE = f"uv run pytest {shown(COMPARED)} --update-contract"


def _asked(config: pytest.Config) -> bool:
    return "contract" in config.getoption("markexpr")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line("markers", f"contract: the API is as described; run all by {ASKED!r}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the self-tests, and the requests made from the description, which take a minute."""
    if collection_path.name == SELFTEST.name and collection_path.samefile(SELFTEST):
        return True  # they have a run of their own, `oneloop selftest`, without this plugin
    if _asked(config):
        return None
    if collection_path == GENERATED:
        return True
    left_out = not (SNAPSHOT.exists() or config.getoption("update_contract"))
    return True if collection_path == COMPARED and left_out else None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Report that there is no snapshot to compare with."""
    if SNAPSHOT.exists() or _asked(config):
        return None
    return f"oneloop: there is no {shown(SNAPSHOT)} to compare the API with. To write it: {UPDATE}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Report what was accepted."""
    if config.getoption("update_contract"):
        terminalreporter.write_line(
            f"oneloop: {shown(SNAPSHOT)} is what the API is now. Read it: git diff {shown(SNAPSHOT)}"
        )
