"""Promises 1 and 3 to 8: the loop, sessions, concurrency, background work, the lifespan, overrides."""

from pathlib import Path

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

APP = f"{PLUGIN}/app/running_app.py"
CONFTEST = "tests/conftest.py"
LIFESPAN = f"{DEEP}/test_lifespan.py"
SERVES = 'await self.app({**scope, "state": dict(self._state)}, receive, send)'
PROBES = Path(__file__).parents[1] / "probes"
SAVEPOINT = (PROBES / "savepoint.py").read_text("utf-8").partition('"""\n')[2]
SHARED_SESSION = (PROBES / "shared_session.py").read_text("utf-8").partition('"""\n')[2]

BUGS = {
    "1 a loop for each request": Bug(
        APP,
        SERVES,
        SERVES.replace("await self.app(", "await asyncio.to_thread(asyncio.run, self.app(") + ")",
        f"{DEEP}/test_one_loop.py::test_a_request_runs_on_the_tests_loop",
    ),
    **{
        f"3 4 one session for all: {test}": Bug(CONFTEST, "", SHARED_SESSION, f"{DEEP}/{test}")
        for test in (
            "test_same_view.py::test_a_rollback_in_a_handler_leaves_the_arranged_rows",
            "test_sessions.py::test_a_missing_eager_load_shows",
            "test_sessions.py::test_a_forgotten_commit_shows",
        )
    },
    **{
        f"5 6 one connection and savepoints: {test}": Bug(CONFTEST, "", SAVEPOINT, f"{DEEP}/{test}")
        for test in (
            "test_concurrency.py::test_parallel_requests_all_commit[8]",
            "test_locks.py::test_nowait_finds_the_row_that_the_test_has_locked",
            "test_concurrency.py::test_a_notification_arrives_when_the_request_commits",
            "test_background.py::test_code_around_the_dependency_has_the_same_database",
        )
    },
    "6 background work is cut off": Bug(
        APP,
        f"        {SERVES}\n",
        """        answered = asyncio.Event()

        async def tell(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered.set()

        running = asyncio.create_task(self.app({**scope, "state": dict(self._state)}, receive, tell))
        await answered.wait()
        running.cancel()
""",
        f"{DEEP}/test_background.py::test_a_background_task_commits_in_a_session_of_its_own",
    ),
    "7 the lifespan is left in another task": Bug(
        APP,
        "        leave.set()\n        await task\n",
        "        task.cancel()\n        await context.__aexit__(None, None, None)\n",
        f"{LIFESPAN}::test_enters_and_leaves_in_one_task",
    ),
    "7 an app for each test": Bug(
        f"{PLUGIN}/fixtures/app_fixtures.py",
        '@pytest.fixture(scope="session")\nasync def _running_app',
        "@pytest.fixture\nasync def _running_app",
        f"{LIFESPAN}::test_every_test_has_the_app_that_was_started_once",
    ),
    "7 one state for all requests": Bug(
        APP,
        '"state": dict(self._state)',
        '"state": self._state',
        f"{LIFESPAN}::test_each_request_has_a_copy_of_the_state",
    ),
    "8 overrides stay": Bug(
        APP,
        "        app.dependency_overrides.clear()\n",
        "",
        f"{LIFESPAN}::test_overrides_of_a_test_end_with_it",
    ),
    "8 the user's overrides go": Bug(
        APP,
        "        app.dependency_overrides.clear()\n        app.dependency_overrides.update(before)\n",
        "        app.dependency_overrides.clear()\n",
        f"{LIFESPAN}::test_overrides_that_were_there_are_put_back",
    ),
}
