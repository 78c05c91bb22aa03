"""Promises 1 and 3 to 8: the loop, sessions, concurrency, background work, the lifespan, overrides."""

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

APP = f"{PLUGIN}/app/running_app.py"
TRANSPORTS = f"{PLUGIN}/clients/transports.py"
CONFTEST = "tests/conftest.py"
LIFESPAN = f"{DEEP}/test_lifespan.py"
SERVES = "await self.app(served.scope, served.resetting(receive), served.resetting(send))"
OVERRIDES = "patch.dict(app.dependency_overrides, overrides)"
# The usual way, one connection and a savepoint for each session.
SAVEPOINT = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


@pytest.fixture
async def _connection(db_engine):
    async with db_engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
def _sessions(_connection):
    return async_sessionmaker(_connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
async def db_session(_sessions):
    async with _sessions() as session:
        yield session


@pytest.fixture
def dependency_overrides(_sessions, session_factory_dependency):
    return {session_factory_dependency: lambda: _sessions}
"""
# What most templates do, one session for the test and every request.
SHARED_SESSION = """
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession


@pytest.fixture
async def db_session(db_engine):
    async with db_engine.connect() as connection:
        transaction = await connection.begin()
        async with AsyncSession(connection, expire_on_commit=False) as session:
            yield session
        await transaction.rollback()


@pytest.fixture
def dependency_overrides(db_session, session_factory_dependency):
    @asynccontextmanager
    async def shared():
        yield db_session

    return {session_factory_dependency: lambda: shared}
"""

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
        f"            {SERVES}\n",
        """            answered = asyncio.Event()

            async def tell(message: Any) -> None:
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    answered.set()

            running = asyncio.create_task(self.app(served.scope, receive, tell))
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
    **{
        f"8 {name}": Bug(APP, good, bad, f"{LIFESPAN}::test_changes_of_a_test_end_with_it_and_those_of_the_app_stay")
        for name, good, bad in (
            ("a test's changes of the state stay", "setattr(owner, name, value)\n", "pass\n"),
            (
                "a test's changes of the state are not deleted",
                "                delattr(owner, name)\n",
                "                pass\n",
            ),
            ("a test's exception handlers stay", "patch.dict(app.exception_handlers)", "patch.dict({})"),
            ("a test's mounts stay", "app.router.routes[:] = routes", "pass"),
            ("the app's changes are taken back", "if of_app.get() or served_request.get():", "if False:"),
        )
    },
    "1 a test on another loop is not refused": Bug(
        f"{PLUGIN}/fixtures/app_fixtures.py",
        "raise LoopScopeError(scope)",
        "pass",
        f"{DEEP}/test_one_loop.py::test_another_loop_is_refused",
    ),
    "7 the middleware is built at the first request": Bug(
        APP,
        "app.middleware_stack or app.build_middleware_stack()",
        "app.middleware_stack",
        f"{LIFESPAN}::test_it_is_too_late_for_middleware_when_the_lifespan_begins",
    ),
    "1 a request sees the test's context": Bug(
        TRANSPORTS,
        ", context=context)",
        ")",
        f"{DEEP}/test_one_loop.py::test_a_request_sees_nothing_of_the_tests_context",
    ),
    "2 a request may use the test's session": Bug(
        f"{PLUGIN}/fixtures/database_fixtures.py",
        '("do_orm_execute", "before_flush")',
        "()",
        f"{DEEP}/test_same_view.py::test_a_request_that_uses_the_tests_session_is_refused",
    ),
    "2 a client that leaves cancels its request": Bug(
        TRANSPORTS,
        "await asyncio.shield(exchange)",
        "await exchange",
        f"{DEEP}/test_same_view.py::test_a_request_commits_when_its_client_has_left",
    ),
    "2 the time limit of a request counts over a socket only": Bug(
        TRANSPORTS,
        "waits = asyncio.timeout(seconds)",
        "waits, seconds = asyncio.timeout(None), None",
        f"{DEEP}/test_same_view.py::test_a_request_commits_when_its_client_has_left",
    ),
    "2 the time limit of a request is for the whole answer": Bug(
        TRANSPORTS,
        "asyncio.get_running_loop().time() + seconds",
        "waits.when()",
        f"{DEEP}/test_streams.py::TestStreams::test_time_limit_is_for_each_part_of_the_answer",
    ),
    "2 a request does not hear that its client has left": Bug(
        TRANSPORTS,
        "left.set_result(None)",
        "left.done()",
        f"{DEEP}/test_streams.py::TestStreams::test_handler_hears_that_its_client_left",
    ),
    "8 overrides stay": Bug(
        APP,
        OVERRIDES,
        "patch.dict({}, app.dependency_overrides.update(overrides) or {})",
        f"{LIFESPAN}::test_overrides_of_a_test_end_with_it",
    ),
    "8 the user's overrides go": Bug(
        APP,
        OVERRIDES,
        f"app.dependency_overrides.clear() or {OVERRIDES}",
        f"{LIFESPAN}::test_overrides_that_were_there_are_put_back",
    ),
}
