"""What every test needs and is not there is said once: the first test reports it, the run stops."""

from collections.abc import Generator

import pytest

from . import seam
from .errors import HarnessError

OURS = __package__


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Let no other test begin when a session-scoped fixture of the harness or of the seam fails."""
    try:
        return (yield)
    except Exception:
        ours = fixturedef.func.__module__.startswith(OURS) or fixturedef.argname in seam.NAMES
        if ours and fixturedef.scope == "session":
            request.session.shouldfail = (
                f"Every test needs the fixture {fixturedef.argname!r}, which failed: see above."
            )
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show of what the harness itself raised around a test the sentence alone."""
    report = yield
    if call.when != "call" and call.excinfo and call.excinfo.errisinstance(HarnessError):
        report.longrepr = f"{call.excinfo.typename}: {call.excinfo.value}"
    return report
