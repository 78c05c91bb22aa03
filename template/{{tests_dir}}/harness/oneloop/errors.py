"""The errors of the plugin: each says what happened, where, and what to do."""

from collections.abc import Iterable


class OneloopError(Exception):
    """The root of all that the harness raises."""


class SeamError(OneloopError):
    """`tests/conftest.py` does not tell the harness something that it must know."""

    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(
            f"The harness does not know {meaning}. Add a session-scoped fixture `{name}` to "
            "tests/conftest.py; tests/harness/oneloop/seam.py says what it returns."
        )


class SeamScopeError(OneloopError):
    """A fixture of `tests/conftest.py` is made for each test, and the harness needs it once."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The fixture `{name}` of tests/conftest.py is made anew for each test, and the app is "
            'started once, before any. Write @pytest.fixture(scope="session") above it, and above '
            "what it asks for."
        )


class WrongDatabaseError(OneloopError):
    """A database was named that is not a test's, so that nothing was read or written."""

    def __init__(self, name: str | None, where: str) -> None:
        super().__init__(
            f"{where} names the database {name!r}, which is not a test's: the harness deletes "
            "every row after a test. Name one with the word 'test' in it, such as 'orders_test'."
        )


class ForeignDatabaseError(OneloopError):
    """An engine is on a database that this run did not make, so that nothing empties it."""

    def __init__(self, test: str, name: str | None) -> None:
        super().__init__(
            f"{test} used the database {name!r}, which this run did not make: nothing empties it, "
            "and its rows would reach into other tests. Make it by the fixture `second_database`, "
            "or give the engine `database_url`. See docs/testing/isolation.md."
        )


class ServerSettingError(OneloopError):
    """A test would have changed a setting of the whole server, which no wipe undoes."""

    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} ran ALTER SYSTEM, which was not carried out: it changes the server for every "
            "test and every other run on it. Write SET LOCAL, or ALTER DATABASE with "
            "@pytest.mark.own_database. See docs/testing/isolation.md."
        )


class WrongLoopError(OneloopError):
    """The database was used from an event loop that does not own its connections."""

    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} used the database from an event loop that does not own its connections. "
            "Await the code in the test itself, on the suite's one loop, instead of in "
            "`asyncio.run` or a thread. See docs/testing/one-loop.md."
        )


class ClosedLoopError(OneloopError):
    """A test closed the suite's loop, on which everything else would have run."""

    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} closed the event loop that the app and every test share, so the run stops "
            "here. Leave that loop open; close only one that the test itself has made."
        )


class ClientPolicyError(WrongLoopError):
    """The sync `client` was used for what it cannot show: its requests have a loop of their own.

    `where` is the line of the test's own call, `did` what the request was about to do.
    """

    def __init__(self, test: str, where: str, did: str) -> None:
        OneloopError.__init__(
            self,
            f"{test} {did} through the sync `client`, whose requests run on a loop of their own. "
            f"Change {where}: write `async def`, take `async_client` in place of `client`, and "
            "`await` the request. See docs/testing/clients.md.",
        )


class InvalidURLError(OneloopError):
    """A URL of a database cannot be read."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} is no URL of a PostgreSQL database. "
            "Write it as postgresql://user:password@host/orders_test"
        )


class LeakError(OneloopError):
    """A test left something running or open that would reach into the next test."""

    def __init__(self, test: str, leaks: list[str]) -> None:
        found = "\n".join(f"  - {leak}" for leak in leaks)
        super().__init__(
            f"{test} ended and left behind:\n{found}\nEverything was ended for you, and the next "
            "test starts clean. Await the task; open the session, the connection or the client "
            "with `async with`; lay overrides on the fixture `app`. See docs/testing/leaks.md."
        )


class UnknownRoleError(OneloopError):
    """A client was asked for as a role that the service does not have."""

    def __init__(self, role: str, roles: Iterable[str]) -> None:
        super().__init__(
            f"There is no role {role!r}; the fixture `roles` of tests/conftest.py has: "
            f"{', '.join(roles)}. Add it there, or name one of these."
        )


class SeededRowsError(OneloopError):
    """The migrations seed rows into a table that would lose them after the first test."""

    def __init__(self, tables: list[str]) -> None:
        super().__init__(
            f"The migrations leave rows in {', '.join(tables)}, and the first wipe would delete "
            "them. List each table in the fixture `kept_tables` of tests/conftest.py."
        )


class DatabaseUnreachableError(OneloopError):
    """The server does not answer, or refuses the connection."""

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"TEST_DATABASE_URL is {url}, and it cannot be used: {reason}. Start that server or "
            "correct the URL; unset it to get an embedded PostgreSQL."
        )


class KeptTablesError(OneloopError):
    """`kept_tables` names a table that the migrations do not make."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"The fixture `kept_tables` names {', '.join(names)}, and the migrations make no such "
            "table. Name it as the database does, with its schema or without."
        )


class SchemaChangedError(OneloopError):
    """A test changed the database in a way that no wipe undoes, and did not ask for its own."""

    def __init__(self, test: str, found: list[str]) -> None:
        lines = "\n".join(f"  - {line}" for line in found)
        super().__init__(
            f"{test} changed the database that all tests of this process share:\n{lines}\n"
            "It was replaced, and the next test starts clean. Mark the test with "
            "@pytest.mark.own_database. See docs/testing/isolation.md."
        )
