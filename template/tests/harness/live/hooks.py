"""What a run needs for real sockets, and what it says of `--live`."""

from importlib.util import find_spec

import pytest

NEEDED = {"uvicorn": "uvicorn[standard]", "wsproto": "httpx2[ws]"}


def pytest_configure() -> None:
    """Name the package that is missing: pyproject.toml is the user's, and no update adds to it."""
    missing = [f"'{package}'" for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        packages = " ".join(missing)
        raise pytest.UsageError(f"The harness needs {packages}. Run: uv add --dev {packages}")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say that the clients go over the socket."""
    if not config.getoption("live"):
        return None
    return "harness: live, every async client goes through uvicorn on loopback"
