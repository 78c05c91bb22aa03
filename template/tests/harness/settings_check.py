"""What the harness needs of pytest.ini, which is the user's: checked at the start of each run."""

import pytest

NEEDED = {
    "asyncio_mode": "auto",
    "asyncio_default_fixture_loop_scope": "session",
    "asyncio_default_test_loop_scope": "session",
}
PYTEST_ASYNCIO = (1, 2)


def check_versions(found: str) -> None:
    """Refuse a pytest-asyncio, of the version `found`, that has no scope for the tests' loop."""
    numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if numbers < PYTEST_ASYNCIO:
        needed = ".".join(map(str, PYTEST_ASYNCIO))
        raise pytest.UsageError(
            f"pytest-asyncio {found} is too old: the harness needs {needed} or newer. "
            f"Run: uv add --dev 'pytest-asyncio>={needed}'"
        )


def check_settings(config: pytest.Config) -> None:
    """Refuse settings under which the app, the fixtures and the tests have more than one loop."""
    for name, needed in NEEDED.items():
        found = config.getoption(name, None) or config.getini(name)
        if str(getattr(found, "value", found)) != needed:
            where = config.inipath.name if config.inipath else "pytest.ini, which is missing"
            raise pytest.UsageError(
                f"{where}: {name} is {str(found)!r}, and the one loop needs {needed!r}. "
                f"Write this line under [pytest]: {name} = {needed}"
            )
