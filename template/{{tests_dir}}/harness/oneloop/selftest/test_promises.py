"""One quick test for each promise."""

import pytest

from oneloop.database.postgres_source import PostgresSource

from .conftest import PLUGINS, Run, RunSuite

PASSED = {
    3: "a rollback in a handler leaves the arranged rows in place",
    4: "a missing load and a forgotten commit fail in the test too",
    5: "requests run in parallel, and locks hold between them and the test",
    6: "background tasks, streams and middleware use the same database",
    8: "an override ends with its test, and the app's own are kept",
    9: "two role clients in one test answer as two users",
    19: "a statement for superusers fails, since the app is a plain role",
}
SEEDED = """
from sqlalchemy import event
seed = lambda notes, connection, **_: connection.execute(notes.insert(), {"text": "seeded"})
event.listen(service.Note.__table__, "after_create", seed)
"""
FAILING_START = "\ncreate_app = give(lambda url: service.FastAPI(lifespan=lambda _: [].missing))\n"
# One route is not declared, one role of another, one status is wrong, and one table is not migrated.
WRONG = """
import sqlalchemy
from .app import ACCESS, Access

del ACCESS["POST /run"]
ACCESS["DELETE /notes"] = Access(anonymous=401, admin=200)
ACCESS["POST /api/auth/login"].statuses["writer"] = 201
metadata = give(sqlalchemy.Table("not_migrated", sqlalchemy.MetaData()).metadata)
"""


@pytest.mark.parametrize("number", PASSED, ids=PASSED.get)
def test_promise(suite: Run, number: int) -> None:
    suite.check(number)


def test_promise_01_one_loop(suite: Run, run: RunSuite) -> None:
    suite.check(1)
    suite.shows("WrongLoopError: test_another_loop")
    refused = run("tests", "-o", "asyncio_default_test_loop_scope=function")
    refused.shows("asyncio_default_test_loop_scope", "'session'", "exit status 4")


def test_promise_02_same_view(suite: Run, run: RunSuite) -> None:
    suite.check(2)
    suite.shows("SchemaChangedError: test_schema_changed", "table extra")
    run("tests/test_suite.py", seam=SEEDED).shows("SeededRowsError", "public.notes")


def test_promise_07_the_lifespan_runs_once(suite: Run, run: RunSuite) -> None:
    suite.check(7)
    failing_start = run("tests/test_suite.py", seam=FAILING_START)
    assert failing_start.outcomes == {"test_01_one_loop": "failed"}, failing_start.output
    failing_start.shows("has no attribute 'missing'")


@pytest.fixture
def checks(run: RunSuite) -> Run:
    return run("tests/test_checks.py", "-k", "role or agree or down_and_up", seam=WRONG)


def test_promise_10_every_route_has_a_declared_answer(checks: Run) -> None:
    checks.shows('"POST /run": Access(anonymous=200, admin=200, writer=200)', 'of "DELETE /notes":\n    writer=')
    checks.shows("POST /api/auth/login as writer answered 200")
    access = [outcome for name, outcome in checks.outcomes.items() if "role" in name]
    assert sorted(access) == ["failed"] * 2 + ["passed"] * 4, checks.output


def test_promise_11_the_client_policy_is_enforced(suite: Run, run: RunSuite) -> None:
    refused = run("tests/test_suite.py", seam="\nask = pytest.fixture(lambda client: None)\n")

    refused.shows("::test_01_one_loop", "::test_02_same_view", "exit status 4")
    assert not refused.outcomes
    suite.shows("ClientPolicyError: test_sync_client_and_database", "test_suite.py:")
    suite.shows("ClientPolicyError: test_sync_client_and_authentication", "HTTPBearer")


def test_promise_12_never_the_wrong_database(suite: Run, run: RunSuite) -> None:
    run("tests", url="postgresql://localhost/production").shows("'production'", "exit status 4")
    suite.shows("WrongDatabaseError: test_another_database")


def test_promise_13_the_schema_is_the_migrations(checks: Run) -> None:
    schema = [outcome for name, outcome in checks.outcomes.items() if "role" not in name]
    assert schema == ["failed", "failed"], checks.output
    checks.shows("DriftError", "op.create_table('not_migrated'")


def test_promise_14_leaks_have_names(suite: Run) -> None:
    suite.shows("LeakError: test_task ", "'endless'", "LeakError: test_unawaited_error ")
    suite.shows("LeakError: test_connection ", "test_suite.py:", "BlockingError", "time.sleep")
    suite.shows("LeakError: test_background_task_fails ", "after the response to POST /run")
    assert suite.outcomes["test_clean_after_all_of_them"] == "passed", suite.output


def test_promise_15_errors_explain_themselves(suite: Run, run: RunSuite) -> None:
    suite.shows("Known error: Another loop", "Known error: Loop already running", "Fix: ", "SELECT notes.")
    run("tests/test_suite.py", seam="\ndel migrate\n").shows("SeamError", "`migrate`")


def test_promise_16_the_same_result_in_any_order(suite: Run, run: RunSuite) -> None:
    passed = [name for name, outcome in suite.outcomes.items() if outcome == "passed"]
    other = run("--live", *(f"tests/test_suite.py::{name}" for name in reversed(passed)))
    assert other.outcomes == dict.fromkeys(passed, "passed"), other.output


def test_promise_17_no_database_at_hand(run: RunSuite, source: PostgresSource) -> None:
    assert source.embedded
    for url, place in (("postgresql://127.0.0.1:1/test", "127.0.0.1:1/test"), ("", "nowhere")):
        refused = run("tests/test_suite.py", url=url)
        refused.shows(place, "exit status 4")
        assert set(refused.outcomes.values()) <= {"failed"}, refused.output


def test_promise_18_old_tools_are_named(run: RunSuite) -> None:
    run("tests", f"-pno:{PLUGINS[1][2:]}").shows("pytest-asyncio", "exit status 4")


def test_promise_20_a_query_per_row_has_a_name(suite: Run) -> None:
    suite.shows("RepeatedSelectsError: test_query_for_each_row", "10 times", "test_suite.py:")
