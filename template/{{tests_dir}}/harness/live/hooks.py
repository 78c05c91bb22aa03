"""What a run says of `--live`."""

import pytest


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say that the clients go over the socket."""
    if not config.getoption("live"):
        return None
    return "harness: live, every async client goes through uvicorn on loopback"
