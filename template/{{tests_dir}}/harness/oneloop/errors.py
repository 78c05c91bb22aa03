"""The errors of the plugin: each says what happened, where, and what to do."""

from collections.abc import Iterable


class OneloopError(Exception):
    """The base class of the plugin's errors."""


def chain(error: BaseException) -> list[BaseException]:
    """Return `error`, its causes and contexts, and the errors of each group among them."""
    known = [error]
    for each in known:
        inner = (each.__cause__, each.__context__, *getattr(each, "exceptions", ()))
        known += [one for one in inner if one is not None and one not in known]
    return known


class SeamError(OneloopError):
    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(
            f"The fixture `{name}` is missing. Add it to tests/conftest.py, with session scope: it "
            f"returns {meaning}. See tests/harness/oneloop/seam.py."
        )


class SeamScopeError(OneloopError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The fixture `{name}` of tests/conftest.py is set up again for each test, but the app "
            "starts only once. Write above it, and above the fixtures that it requests:\n"
            '    @pytest.fixture(scope="session")'
        )


class WrongDatabaseError(OneloopError):
    def __init__(self, name: str | None, where: str) -> None:
        super().__init__(
            f"{where} names the database {name!r}, which is not a test database. It was not used: the plugin deletes "
            "every row after a test. Choose a name with the word 'test' in it, such as 'orders_test'."
        )


class ForeignDatabaseError(OneloopError):
    def __init__(self, test: str, name: str | None) -> None:
        super().__init__(
            f"{test} used the database {name!r}, which this run did not make, so its rows would "
            "reach other tests. Create the engine with `database_url`, or make the database with "
            "the fixture `second_database`. See docs/testing/isolation.md."
        )


class ServerSettingError(OneloopError):
    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} ran ALTER SYSTEM, which would change the server for every other test. It was "
            "not executed. Use SET LOCAL, or ALTER DATABASE in a test with this marker:\n"
            "    @pytest.mark.own_database"
        )


class WrongLoopError(OneloopError):
    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} used the database from an event loop that does not own its connections. Await the code in the "
            "test itself, instead of in `asyncio.run` or in a thread. See docs/testing/known-errors.md."
        )


class ClosedLoopError(OneloopError):
    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} closed the event loop that the app and all tests share, so the run stops. "
            "Close only a loop that the test itself has made."
        )


class ClientPolicyError(WrongLoopError):
    """A test used the sync `client` for something that needs the shared event loop.

    `where` is the line of the test's call; `did` is what its request was about to do.
    """

    def __init__(self, test: str, where: str, did: str) -> None:
        OneloopError.__init__(
            self,
            f"{test} {did} through the sync `client`, which runs each request on a loop of its "
            f"own. Change {where}: write `async def`, replace `client` with `async_client`, and "
            "`await` the request. See docs/testing/clients.md.",
        )


class InvalidURLError(OneloopError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} is not the URL of a PostgreSQL database. Write it like this:\n"
            "    postgresql://user:password@host/orders_test"
        )


class LeakError(OneloopError):
    def __init__(self, test: str, leaks: list[str]) -> None:
        found = "\n".join(f"  - {leak}" for leak in leaks)
        super().__init__(
            f"{test} left behind:\n{found}\nAll of it was ended, so the next test starts clean. Await each task, and "
            "open sessions, connections and clients with `async with`. See docs/testing/leaks.md."
        )


class TimeLimitError(OneloopError):
    def __init__(self, test: str, seconds: int) -> None:
        super().__init__(
            f"{test} did not end within {seconds} seconds, so it was ended where it waits: for a lock, an event, or a "
            "clock that a library stopped. For more time, set `time_limit`. See docs/testing/leaks.md."
        )


class UnknownRoleError(OneloopError):
    def __init__(self, role: str, roles: Iterable[str]) -> None:
        super().__init__(
            f"There is no role {role!r}. The fixture `roles` of tests/conftest.py has: "
            f"{', '.join(roles)}. Use one of these, or add the role there."
        )


class SeededRowsError(OneloopError):
    def __init__(self, tables: list[str]) -> None:
        super().__init__(
            f"The migrations insert rows into {', '.join(tables)}, which would be deleted after "
            "the first test. Add each table to the fixture `kept_tables` of tests/conftest.py."
        )


class DatabaseUnreachableError(OneloopError):
    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"TEST_DATABASE_URL is {url}, which cannot be used: {reason}. Start that server or "
            "correct the URL. Without the variable, the plugin starts a PostgreSQL of its own."
        )


class KeptTablesError(OneloopError):
    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"The fixture `kept_tables` names {', '.join(names)}, but the migrations create no "
            "such table. Write the name as in the database, with or without its schema."
        )


class SchemaChangedError(OneloopError):
    def __init__(self, test: str, found: list[str]) -> None:
        lines = "\n".join(f"  - {line}" for line in found)
        super().__init__(
            f"{test} changed the database that it shares with other tests:\n{lines}\n"
            "The database was replaced, so the next test starts clean. "
            "Give the test a database of its own (see docs/testing/isolation.md):\n"
            "    @pytest.mark.own_database"
        )
