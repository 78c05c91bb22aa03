"""What a run does of the contract: compares always, and makes requests when it is asked to."""

from pathlib import Path

import pytest

from .places import COMPARED, GENERATED, SNAPSHOT, UPDATE, shown

ASKED = "uv run --group contract pytest -m contract"


def _asked(config: pytest.Config) -> bool:
    return "contract" in config.getoption("markexpr")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", f"contract: the API is as it says; all of them by {ASKED!r}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the requests that are made from the description: they take half a minute."""
    if _asked(config):
        return None
    if collection_path == GENERATED:
        return True
    left_out = not (SNAPSHOT.exists() or config.getoption("update_contract"))
    return True if collection_path == COMPARED and left_out else None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is left out."""
    if _asked(config):
        return None
    if not SNAPSHOT.exists():
        return f"contract: there is no {shown(SNAPSHOT)}, so nothing is compared; {UPDATE}"
    return f"contract: compared; requests made from the description are left out; {ASKED}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was accepted."""
    if config.getoption("update_contract"):
        terminalreporter.write_line(
            f"contract: {shown(SNAPSHOT)} says what the API is now; look at it with git diff"
        )
