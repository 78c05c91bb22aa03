"""What every test needs and is not there is said once: the first test reports it, the run stops."""

import re
from collections.abc import Generator

import pytest

from . import seam
from .errors import HarnessError, SeamScopeError

OURS = __package__
NEEDED = "Every test needs the fixture {!r}, which failed: see above."


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
            request.session.shouldfail = NEEDED.format(fixturedef.argname)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show of what the harness itself raised around a test the sentence alone."""
    report = yield
    if call.when == "setup" and call.excinfo and (name := _of_narrow_scope(call.excinfo.value)):
        report.longrepr = f"{SeamScopeError.__name__}: {SeamScopeError(name)}"
        item.session.shouldfail = NEEDED.format(name)
    if call.when != "call" and call.excinfo and call.excinfo.errisinstance(HarnessError):
        notes = getattr(call.excinfo.value, "__notes__", [])
        report.longrepr = "\n".join([f"{call.excinfo.typename}: {call.excinfo.value}", *notes])
    return report


def _of_narrow_scope(error: BaseException) -> str | None:
    # The fixture itself is not set up in this case, so that no hook hears of it but this one.
    found = re.search(r"^ScopeMismatch: .* fixture (\w+) with a session scoped", str(error))
    return found[1] if found and found[1] in seam.NAMES else None
