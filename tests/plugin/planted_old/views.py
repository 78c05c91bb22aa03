"""Bugs in what a test, a request and the next test see of each other: promises 1 to 8."""

from pathlib import Path

from tests.support.bugs import Breakage, Edit, breakage

HARNESS = "tests/harness"
PROMISES = f"{HARNESS}/promises"
CONCURRENCY = f"{PROMISES}/test_concurrency.py"
LOCKS = f"{PROMISES}/test_locks.py"
SAME_VIEW = f"{PROMISES}/test_same_view.py"
SESSIONS = f"{PROMISES}/test_sessions.py"
LIFESPAN = f"{PROMISES}/test_lifespan.py"
PROBES = Path(__file__).parent.parent / "probes"

SAVEPOINT = (PROBES / "savepoint.py").read_text().partition('"""\n')[2]
SHARED_SESSION = (PROBES / "shared_session.py").read_text().partition('"""\n')[2]

BUGS = {
    "1 a loop for each request": breakage(
        f"{HARNESS}/lifespan.py",
        'await app({**scope, "state": dict(state or {})}, receive, send)',
        'await asyncio.to_thread(asyncio.run, app({**scope, "state": dict(state or {})}, receive, send))',
        f"{PROMISES}/test_one_loop.py::test_a_request_runs_on_the_tests_loop",
    ),
    "2 no wipe": breakage(
        f"{HARNESS}/isolation.py",
        "if touched and not self.places.keeping:",
        "if touched and self.places.keeping:",
        f"{SAME_VIEW}::test_nothing_outlives_the_test",
    ),
    "2 stale rows": breakage(
        f"{HARNESS}/sessions.py",
        'super().get(entity, ident, **{"populate_existing": True, **options})',
        "super().get(entity, ident, **options)",
        f"{SAME_VIEW}::test_the_tests_session_is_never_stale[get]",
    ),
    "2 stale queries": breakage(
        f"{HARNESS}/fixtures/database.py",
        ', execution_options={"populate_existing": True}',
        "",
        f"{SAME_VIEW}::test_the_tests_session_is_never_stale[select]",
    ),
    "3 4 one session for all": Breakage(
        (Edit("tests/conftest.py", "", SHARED_SESSION),),
        (
            f"{SAME_VIEW}::test_a_rollback_in_a_handler_leaves_the_arranged_rows",
            f"{SESSIONS}::test_a_missing_eager_load_shows",
            f"{SESSIONS}::test_a_forgotten_commit_shows",
            f"{SAME_VIEW}::test_the_request_sees_what_the_test_committed",
        ),
    ),
    "5 6 one connection and savepoints": Breakage(
        (Edit("tests/conftest.py", "", SAVEPOINT),),
        (
            f"{CONCURRENCY}::test_parallel_requests_all_commit",
            f"{LOCKS}::test_a_row_lock_makes_requests_take_turns",
            f"{CONCURRENCY}::test_of_conflicting_requests_one_wins",
            f"{LOCKS}::test_nowait_finds_the_row_that_the_test_has_locked",
            f"{LOCKS}::test_a_request_waits_for_the_tests_lock",
            f"{LOCKS}::test_a_deadlock_ends_as_an_error",
            f"{LOCKS}::test_an_advisory_lock_is_one_for_all_sessions",
            f"{CONCURRENCY}::test_a_notification_arrives_when_the_request_commits",
            f"{CONCURRENCY}::test_a_handler_uses_sessions_in_parallel",
            f"{PROMISES}/test_background.py::test_code_around_the_dependency_has_the_same_database",
        ),
    ),
    "6 background work is cut off": breakage(
        f"{HARNESS}/lifespan.py",
        'await app({**scope, "state": dict(state or {})}, receive, send)',
        """answered = asyncio.Event()

        async def tell(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered.set()

        running = asyncio.create_task(app({**scope, "state": dict(state or {})}, receive, tell))
        await answered.wait()
        running.cancel()""",
        f"{PROMISES}/test_background.py::test_a_background_task_commits_in_a_session_of_its_own",
    ),
    "7 the lifespan is left in another task": breakage(
        f"{HARNESS}/lifespan.py",
        "        leave.set()\n        await task\n",
        "        task.cancel()\n        await context.__aexit__(None, None, None)\n",
        f"{LIFESPAN}::test_enters_and_leaves_in_one_task",
    ),
    "7 an app for each test": breakage(
        f"{HARNESS}/fixtures/application.py",
        '@pytest.fixture(scope="session")\nasync def _running_app',
        "@pytest.fixture\nasync def _running_app",
        f"{LIFESPAN}::test_every_test_has_the_app_that_was_started_once",
    ),
    "7 one state for all requests": breakage(
        f"{HARNESS}/lifespan.py",
        '"state": dict(state or {})',
        '"state": state or {}',
        f"{LIFESPAN}::test_each_request_has_a_copy_of_the_state",
    ),
    "8 overrides stay": breakage(
        f"{HARNESS}/overrides.py",
        "        app.dependency_overrides.clear()\n",
        "",
        f"{LIFESPAN}::test_overrides_of_a_test_end_with_it",
    ),
    "8 the user's overrides go": breakage(
        f"{HARNESS}/overrides.py",
        "        app.dependency_overrides.update(before)\n",
        "",
        f"{LIFESPAN}::test_overrides_that_were_there_are_put_back",
    ),
}
