"""A test that does what it must not fails by name, with what happened and what to do; the next test is clean."""

import os
import pty
import re
import shutil
import subprocess
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from tests.plugin.conftest import RunOnce
from tests.support.environment import clean_environment
from tests.support.outcomes import Run
from tests.support.overlay import Overlay

FILES = [
    f"tests/probes/test_{name}.py" for name in ("wrong", "isolation_wrong", "leaks_wrong", "policy_wrong", "hostile")
]
LEAKS = "tests/probes/test_leaks_wrong.py"

# By file and test: how it ends (`failure` in its body, `error` around it), and the words that it says.
MISTAKES: dict[str, tuple[str, list[str]]] = {
    "wrong.test_sync_client_on_the_database": ("failure", ["ClientPolicyError", "`async_client`"]),
    "wrong.test_a_loop_of_its_own": ("failure", ["WrongLoopError", "test_a_loop_of_its_own"]),
    "wrong.test_another_database": ("failure", ["WrongDatabaseError", "orders_"]),
    "wrong.test_task_left_running": ("error", ["LeakError", "'forgotten'"]),
    "wrong.test_session_left_open": ("error", ["LeakError", "connection to the database", "test_wrong.py:"]),
    "wrong.test_transaction_left_open[SELECT 1]": ("error", ["LeakError", "test_wrong.py:"]),
    "wrong.test_transaction_left_open[INSERT INTO alembic_version VALUES ('x')]": ("error", ["LeakError"]),
    "wrong.test_unknown_role": ("failure", ["'king'", "admin, editor, writer"]),
    "wrong.test_query_for_each_row": (
        "error",
        ["GET /probe/listing ran this 12 times, at tests/probes/test_wrong.py:", "FROM users", "selectinload"],
    ),
    "wrong.test_broken_alike[1]": ("error", ["the same at"]),
    "wrong.test_broken_alike[2]": ("error", ["The same error as in ", "::test_broken_alike[1]: OSError"]),
    "wrong.test_broken_alike[3]": ("error", ["The same error as in ", "::test_broken_alike[1]: OSError"]),
    **{f"wrong.test_forgotten_commit[{flushed}]": ("failure", ["AssertionError"]) for flushed in (True, False)},
    **{
        f"wrong.test_commit_in_time[{when}]": ("failure", ["AssertionError"])
        for when in ("before the request", "before the last request", "no request")
    },
    "wrong.test_loop_scope": ("error", ["LoopScopeError: The loop scope 'function'", "Remove `loop_scope=`"]),
    "wrong.test_loop_scope_of_a_fixture": ("error", ["The same error as in ", "::test_loop_scope: LoopScopeError"]),
    "wrong.test_late_middleware": ("failure", ["Cannot add middleware after an application has started"]),
    "wrong.test_failure_shows_its_sql": ("failure", ["AssertionError"]),
    "isolation_wrong.test_another_process_holds_a_lock[SELECT 1]": ("error", ["LeakError", "'SELECT 1'"]),
    "isolation_wrong.test_another_process_holds_a_lock[SELECT pg_sleep(60)]": ("error", ["LeakError", "pg_sleep(60)"]),
    "isolation_wrong.test_makes_a_table": ("error", ["SchemaChangedError", "table left_behind", "own_database"]),
    "isolation_wrong.test_drops_a_table": ("error", ["SchemaChangedError", "table searches", "own_database"]),
    "isolation_wrong.test_alters_a_table": ("error", ["SchemaChangedError", "table documents", "own_database"]),
    "isolation_wrong.test_makes_a_table_out_of_sight": ("error", ["SchemaChangedError", "table left_behind"]),
    "isolation_wrong.test_child_without_the_fixture": (
        "failure",
        ['user "request_the_fixture_database_url"'],
    ),
    "leaks_wrong.test_connection_left_open": ("error", ["LeakError", f"{LEAKS}:"]),
    "leaks_wrong.test_connection_dropped": ("error", ["LeakError", f"{LEAKS}:"]),
    "leaks_wrong.test_connection_in_a_variable": ("error", ["LeakError", f"{LEAKS}:"]),
    "leaks_wrong.test_session_left_open": ("error", ["LeakError", f"{LEAKS}:"]),
    "leaks_wrong.test_task_of_a_fixture": ("error", ["LeakError", "'of a fixture'"]),
    "leaks_wrong.test_task_that_failed": ("error", ["'failing'", "RuntimeError('this fails')", f"{LEAKS}:"]),
    "leaks_wrong.test_refused_and_leaky": ("error", ["WrongDatabaseError: ", "LeakError: "]),
    "leaks_wrong.test_coroutine_dropped_in_a_cycle": ("error", ["was never awaited"]),
    "leaks_wrong.test_connection_dropped_in_a_cycle": ("error", ["ResourceWarning"]),
    "leaks_wrong.test_lock_left_on_a_connection": ("error", ["an advisory lock", f"{LEAKS}:"]),
    "leaks_wrong.test_transaction_of_a_raw_connection": ("error", ["LeakError", "idle in transaction after: 'BEGIN'"]),
    "leaks_wrong.test_background_task_fails": (
        "error",
        ["GET /probe/later was complete", "it fails later", f"{LEAKS}:"],
    ),
    "leaks_wrong.test_every_task_is_cancelled": ("error", ["LeakError", "lifespan had ended with CancelledError"]),
    "leaks_wrong.test_without_an_end": ("failure", ["TimeLimitError", "It waited at", f"{LEAKS}:", "# here: no end"]),
    "leaks_wrong.test_without_an_end_and_sync": ("failure", ["TimeLimitError", "# here: no end, sync"]),
    "policy_wrong.test_login": ("failure", ["ClientPolicyError: test_login"]),
    "policy_wrong.test_sync_client_without_login": ("failure", ["/api/metrics", "(HTTPBearer)"]),
    "policy_wrong.test_swallowed": ("failure", ["ClientPolicyError: test_swallowed"]),
    "policy_wrong.test_websocket_that_authenticates": ("failure", ["/probe/guarded"]),
    "policy_wrong.test_websocket_on_the_database": ("failure", ["ClientPolicyError"]),
    "policy_wrong.test_exempt_on_the_database": ("failure", ["ClientPolicyError"]),
    "policy_wrong.test_new_role": ("failure", ["'auditor'"]),
    "hostile.test_exits": ("failure", ["SystemExit: 3"]),
    "hostile.test_changes_the_server": ("failure", ["permission denied", "ALTER SYSTEM"]),
    "hostile.test_fills_the_pool": ("error", ["LeakError", "tests/probes/test_hostile.py"]),
    "hostile.test_breaks_in_its_teardown": ("error", ["broken in its tear-down"]),
    "hostile.test_swallows_its_cancellation": ("error", ["'stubborn'"]),
    "hostile.test_holds_a_transaction": ("error", ["LeakError", "INSERT INTO users"]),
}
# The line of the test's own call, in the file of the policy's mistakes.
LINES = {
    "test_login": "log in",
    "test_sync_client_without_login": "authenticates",
    "test_swallowed": "swallow",
    "test_websocket_that_authenticates": "guarded",
    "test_websocket_on_the_database": "feed",
}

BLOCKING = Path(__file__).parent / "probes/blocking_wrong.py"
DEBUGGER = Path(__file__).parent / "probes/debugger.py"
ROUTES = """

@router.get("/health/slow")
async def read_slow() -> None:
    import time

    time.sleep(0.01)


@router.get("/health/thread")
def read_thread() -> None:
    import time

    time.sleep(0.001)


@router.get("/health/debugged")
async def read_debugged() -> None:
    breakpoint()
"""
ANSWERS = b"import time; time.sleep(0.5)\np 6 * 7\nc\n"


@pytest.fixture(scope="module")
def run(run_once: RunOnce) -> Run:
    return run_once("mistakes", *FILES)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_with_what_to_do(run: Run, name: str) -> None:
    kind, words = MISTAKES[name]
    text = run.text(f"tests.probes.test_{name}")

    assert run.ended[f"tests.probes.test_{name}"] == kind, text
    assert [word for word in words if word not in text] == [], text


def test_every_other_test_passes(run: Run) -> None:
    """After each mistake the next test is clean, and what is no mistake passes."""
    others = {name for name in run.ended if name.removeprefix("tests.probes.test_") not in MISTAKES}

    assert len(others) >= 15
    assert {name: run.ended[name] for name in others if run.ended[name] != "passed"} == {}, run.output


def test_failed_test_shows_its_sql(run: Run) -> None:
    """What the test asked of the database is in its report."""
    report = run.output.partition("test_failure_shows_its_sql __")[2]

    assert "INSERT INTO users" in report.partition("SQL until call")[2]


def test_forgotten_commit_is_named(run: Run) -> None:
    """Where a request was made before the commit, and no other was made after it."""
    failed = re.findall(r"^_+ (?:ERROR at \w+ of )?(test_.+?) _+$|(not committed) -+$", run.output, re.MULTILINE)
    named = {test for (test, _), (_, hint) in pairwise(failed) if hint}

    assert named == {"test_forgotten_commit[True]", "test_forgotten_commit[False]"}, run.output
    assert "which were not committed: 1. Commit first:" in run.output
    assert "\n    await db_session.commit()\n" in run.output


def test_repeated_error_is_shown_once_and_counted(run: Run) -> None:
    assert run.output.count("OSError: the same at") == 2  # in its report and in the summary
    (count,) = re.findall(r"(\d+) repeated errors", run.output)
    assert len(re.findall(r"^ERROR .+ - The same error as in ", run.output, re.MULTILINE)) == int(count)


@pytest.mark.parametrize("name", LINES)
def test_policy_error_names_the_line_to_change(run: Run, name: str, request: pytest.FixtureRequest) -> None:
    probe = request.path.parent / "probes/policy_wrong.py"
    lines = probe.read_text().splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if text.endswith(f"# here: {LINES[name]}")]

    assert f"tests/probes/test_policy_wrong.py:{line}" in run.text(f"tests.probes.test_policy_wrong.{name}")


def test_blocking_call_fails_its_test(changed: Overlay) -> None:
    """By name and line. A marker with its reason allows it, and so does a thread."""
    routes = changed.root / "src/my_service/health.py"
    routes.write_text(routes.read_text() + ROUTES)
    shutil.copy(BLOCKING, changed.root / "tests/test_blocking.py")

    run = changed.pytest("tests/test_blocking.py")

    assert run.having("failure") == {"test_handler_that_waits"}, run.output
    assert "Blocking call to time.sleep" in run.output
    assert "my_service/health.py" in run.output


def in_terminal(overlay: Overlay, *arguments: str, typed: bytes) -> str:
    """Run pytest in a terminal where a user has typed something; return what it printed there."""
    ours, its = pty.openpty()
    command = [overlay.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = clean_environment({**overlay.environment, "TERM": "dumb"})
    process = subprocess.Popen(command, cwd=overlay.root, env=environment, stdin=its, stdout=its, stderr=its)
    os.close(its)
    os.write(ours, typed)
    printed = b""
    with suppress(OSError):  # the other end was closed
        while part := os.read(ours, 65536):
            printed += part
    os.close(ours)
    assert process.wait(60) == 0, printed.decode()
    return printed.decode()


def test_debugger_prompts_wherever_it_is_called(changed: Overlay) -> None:
    """In a test, a fixture and a handler, and for longer than the time limit."""
    routes = changed.root / "src/my_service/health.py"
    routes.write_text(routes.read_text() + ROUTES)

    shutil.copy(DEBUGGER, changed.root / "tests/test_debugger.py")

    printed = in_terminal(changed, "tests/test_debugger.py", typed=ANSWERS * 3)

    assert printed.count("42\r\n") == 3, printed
    assert "3 passed" in printed
