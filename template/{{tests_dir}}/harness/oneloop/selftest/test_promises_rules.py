"""Promises 10 to 20: access, the database, reports, and the ways to run."""

import pytest

from oneloop.database.postgres_source import PostgresSource

from .conftest import PLUGINS, Run, RunSuite

# One route is not declared, one role of another, one status is wrong, and one table is not migrated.
WRONG = """
import sqlalchemy
from .app import ACCESS, Access

del ACCESS["POST /run"]
ACCESS["DELETE /notes"] = Access(anonymous=401, admin=200)
ACCESS["POST /api/auth/login"].statuses["writer"] = 201
metadata = give(sqlalchemy.Table("not_migrated", sqlalchemy.MetaData()).metadata)
"""


@pytest.fixture
def checks(run: RunSuite) -> Run:
    return run("tests/test_checks.py", "-k", "role or agree or down_and_up", seam=WRONG)


def test_promise_10_every_route_has_a_declared_answer(checks: Run) -> None:
    """Promise 10: every role is tried at every route, and what is missing or wrong is named."""
    checks.shows('"POST /run": Access(anonymous=200, admin=200, writer=200)')
    checks.shows('of "DELETE /notes":\n    writer=')
    checks.shows("POST /api/auth/login as writer answered 200")
    access = [outcome for name, outcome in checks.outcomes.items() if "role" in name]
    assert sorted(access) == ["failed"] * 2 + ["passed"] * 4, checks.output


def test_promise_11_the_client_policy_is_enforced(suite: Run, run: RunSuite) -> None:
    """Promise 11: a wrong client is refused at collection, and by the request that needs more."""
    refused = run("tests/test_suite.py", seam="\nask = pytest.fixture(lambda client: None)\n")

    refused.shows("::test_01_one_loop", "::test_02_same_view", "exit status 4")
    assert not refused.outcomes
    suite.shows("ClientPolicyError: test_sync_client_and_database", "test_suite.py:")
    suite.shows("ClientPolicyError: test_sync_client_and_authentication", "HTTPBearer")


def test_promise_12_never_the_wrong_database(suite: Run, run: RunSuite) -> None:
    """Promise 12: a database that is not a test's is refused, at the start and in a test."""
    run("tests", url="postgresql://localhost/production").shows("'production'", "exit status 4")
    suite.shows("WrongDatabaseError: test_another_database")


def test_promise_13_the_schema_is_the_migrations(checks: Run) -> None:
    """Promise 13: models that differ from what the migrations made fail, with what is missing."""
    schema = [outcome for name, outcome in checks.outcomes.items() if "role" not in name]
    assert schema == ["failed", "failed"], checks.output
    checks.shows("DriftError", "op.create_table('not_migrated'")


def test_promise_14_leaks_have_names(suite: Run) -> None:
    """Promise 14: what a test leaves running or open fails it by name, and not the next test."""
    suite.shows("LeakError: test_task ", "'endless'", "LeakError: test_unawaited_error ")
    suite.shows("LeakError: test_connection ", "test_suite.py:", "BlockingError", "time.sleep")
    assert suite.outcomes["test_clean_after_all_of_them"] == "passed", suite.output


def test_promise_15_errors_explain_themselves(suite: Run, run: RunSuite) -> None:
    """Promise 15: a known error has cause and fix in the report; a missing seam its fixture."""
    suite.shows("Known error: Another loop", "Known error: Loop already running")
    suite.shows("Cause: ", "Fix: ", "SELECT notes.text")
    run("tests/test_suite.py", seam="\ndel migrate\n").shows("SeamError", "`migrate`")


def test_promise_16_the_same_result_in_any_order(suite: Run, run: RunSuite) -> None:
    """Promise 16: backwards and over a real socket, all that passed passes again; no database is left."""
    passed = [name for name, outcome in suite.outcomes.items() if outcome == "passed"]
    other = run("--live", *(f"tests/test_suite.py::{name}" for name in reversed(passed)))
    assert other.outcomes == dict.fromkeys(passed, "passed"), other.output


def test_promise_17_no_database_at_hand(run: RunSuite, source: PostgresSource) -> None:
    """Promise 17: an embedded server starts; without one the run fails, and no test is skipped."""
    assert source.embedded
    for url, place in (("postgresql://127.0.0.1:1/test", "127.0.0.1:1/test"), ("", "nowhere")):
        refused = run("tests/test_suite.py", url=url)
        refused.shows(place, "exit status 4")
        assert set(refused.outcomes.values()) <= {"failed"}, refused.output


def test_promise_18_old_tools_are_named(run: RunSuite) -> None:
    """Promise 18: a tool that is missing is named, with what to do."""
    run("tests", f"-pno:{PLUGINS[1][2:]}").shows("pytest-asyncio", "exit status 4")
