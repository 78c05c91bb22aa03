"""Promises 14, 15 and 18: what is reported of leaks, of known errors and of tools."""

from .conftest import PLUGINS, Run, RunSuite


def test_promise_14_leaks_have_names(failing: Run) -> None:
    """Promise 14: what a test leaves running or open fails it by name, and not the next test."""
    failing.shows("LeakError: test_task ", "'endless'", "LeakError: test_connection ")
    failing.shows("LeakError: test_session ", "AsyncSession", "tests/test_failing.py:")
    failing.shows("LeakError: test_unawaited_error ", "nothing awaits this")
    failing.shows("BlockingError", "time.sleep")
    assert failing.outcomes["test_clean_after_all_of_them"] == "passed", failing.output


def test_promise_15_errors_explain_themselves(failing: Run, run: RunSuite) -> None:
    """Promise 15: a known error has cause and fix in the report; a missing seam its fixture."""
    failing.shows("Known error: Another loop", "Known error: Loop already running")
    failing.shows("Cause: ", "Fix: ", "SELECT notes.text")
    run("tests/test_passing.py", seam="\ndel migrate\n").shows("SeamError", "`migrate`")


def test_promise_18_old_tools_are_named(run: RunSuite) -> None:
    """Promise 18: a tool that is missing is named, with what to do."""
    missing = run("tests", f"-pno:{PLUGINS[1].removeprefix('-p')}")

    missing.shows("pytest-asyncio", "exit status 4")
