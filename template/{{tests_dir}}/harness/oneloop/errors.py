"""The errors of the plugin: each says what happened, where, and what to do."""

from collections.abc import Iterable
from typing import NoReturn


class OneloopError(Exception):
    """The base class of the plugin's errors."""

    server_variable = "TEST_DATABASE_URL"  # or what [tool.oneloop] names


def chain(error: BaseException | None, seen: set[int] | None = None) -> list[BaseException]:
    """Return what led to `error`, the first cause first, then `error`; also what `from None` hides in a traceback."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return []
    seen.add(id(error))
    inner = (error.__cause__, error.__context__, *getattr(error, "exceptions", ()))
    return [*(one for each in inner for one in chain(each, seen)), error]


def _listed(found: Iterable[str], most: int = 20) -> str:
    lines = [f"  - {each}" for each in found]
    more = [f"  ... and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join(lines[:most] + more)


class Refusals:
    """What the plugin refused during a test: the first is raised again at its end, since the app may catch it."""

    def __init__(self) -> None:
        self._errors: list[OneloopError] = []

    def refuse(self, error: OneloopError) -> NoReturn:
        __tracebackhide__ = True  # the line to read is the caller's
        self._errors.append(error)
        raise error

    def add(self, error: OneloopError) -> None:
        self._errors.append(error)

    def forget(self, shown: BaseException) -> None:
        known = chain(shown)
        self._errors = [one for one in self._errors if one not in known]

    def raise_first(self) -> None:
        """Raise the first refusal, with the others as notes, and forget them all."""
        __tracebackhide__ = True
        found, self._errors = self._errors, []
        if found:
            _, *others = dict.fromkeys(f"{type(each).__name__}: {each}" for each in found)
            for text in others:
                found[0].add_note(text)
            raise found[0]


class SeamSkipError(OneloopError):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"The fixture `{name}` of tests/conftest.py skips every test that needs it: {reason}. Such a run would be "
            "green and prove nothing. Skip single tests, or raise an error here."
        )


class SeamError(OneloopError):
    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(
            f"The fixture `{name}` is missing. Add it to tests/conftest.py, with session scope: it "
            f"returns {meaning}. See tests/harness/oneloop/seam.py."
        )


class SeamPlaceError(OneloopError):
    def __init__(self, name: str, place: str) -> None:
        super().__init__(
            f"{place} overrides the fixture `{name}`, which is made once in a run: the first test would decide which "
            "one all tests get. Move it to tests/conftest.py. See docs/testing/overrides.md."
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


class SharedSessionError(OneloopError):
    def __init__(self, test: str) -> None:
        super().__init__(
            f"A request of {test} used the test's own session, which hides a forgotten commit. Let the app open one: "
            "remove the override of its session. See docs/testing/overrides.md."
        )


class ConcurrentUseError(OneloopError):
    def __init__(self, *statements: str) -> None:
        shown = _listed(" ".join(each.split())[:120] for each in statements)
        super().__init__(
            f"Two tasks used one session, or one connection, at the same time:\n{shown}\n"
            "It fails in production where the pool has to connect. Give each task a session of its own, or await one "
            "after the other. See docs/testing/known-errors.md."
        )


class SharedRoleError(OneloopError):
    def __init__(self, statement: str) -> None:
        super().__init__(
            f"`{' '.join(statement.split())[:120]}` would change the role of all tests, so it was not run. Use `SET` "
            "or `ALTER DATABASE` in a test with a database of its own: `@pytest.mark.own_database`."
        )


class WrongLoopError(OneloopError):
    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} used the database from an event loop that does not own its connections. Await the code in the "
            "test itself, instead of in `asyncio.run` or in a thread. See docs/testing/known-errors.md."
        )


class LoopScopeError(OneloopError):
    def __init__(self, scope: str) -> None:
        super().__init__(f"The loop scope {scope!r} has another event loop than the app. Remove `loop_scope=`.")


class ClosedLoopError(OneloopError):
    def __init__(self, test: str) -> None:
        super().__init__(
            f"{test} closed the event loop that the app and all tests share, so the run stops. "
            "Close only a loop that the test itself has made."
        )


class ClientPolicyError(WrongLoopError):
    """`where` is the line of the test's call; `did` is what its request was about to do."""

    def __init__(self, test: str, where: str, did: str) -> None:
        OneloopError.__init__(
            self,
            f"{test} {did} through the sync `client`, which runs requests on a loop of its own. Change {where}: write "
            "`async def`, replace `client` with `async_client`, and `await` the request. See docs/testing/clients.md.",
        )


class InvalidURLError(OneloopError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} is not the URL of a PostgreSQL database. Write it like this:\n"
            "    postgresql://user:password@host/orders_test"
        )


class LeakError(OneloopError):
    def __init__(self, test: str, leaks: list[str]) -> None:
        super().__init__(
            f"{test} left behind:\n{_listed(leaks)}\nAll of it was ended, so the next test starts clean. Await each "
            "task, and open sessions, connections and clients with `async with`. See docs/testing/leaks.md."
        )


class RepeatedSelectsError(OneloopError):
    def __init__(self, test: str, found: list[str]) -> None:
        super().__init__(
            f"{test} sent a request that runs a query for each row:\n{_listed(found)}\n"
            "Load them at once: `options(selectinload(Model.relationship))`, or one query with `Model.id.in_(ids)`. "
            'If the request must repeat it:\n    @pytest.mark.repeated_selects("why it must")'
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
            f"There is no role {role!r}. The fixture `roles` of tests/conftest.py has: {', '.join(roles)}. Use one of "
            "these, or add the role there."
        )


class SeededRowsError(OneloopError):
    def __init__(self, tables: list[str]) -> None:
        self.tables = tables
        super().__init__(
            f"The migrations insert rows into {', '.join(tables)}, which would be deleted after "
            "the first test. Add each table to the fixture `kept_tables` of tests/conftest.py."
        )


class DatabaseUnreachableError(OneloopError):
    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{self.server_variable} is {url}, which cannot be used: {reason}. Start that server or "
            "correct the URL. Without the variable, the plugin starts a PostgreSQL of its own."
        )


class RightsError(OneloopError):
    def __init__(self, role: str | None, what: str, right: str) -> None:
        super().__init__(
            f"The role {role} of {self.server_variable} may not {what}. Use another role, or let a superuser run:\n"
            f'    ALTER ROLE "{role}" {right}'
        )


class ExtensionError(OneloopError):
    def __init__(self, name: str, *, allowed: bool) -> None:
        super().__init__(
            f"This PostgreSQL does not have the extension {name!r}. Add it to a system PostgreSQL and set PGBIN to "
            f"the folder of its programs, or set {self.server_variable}. See docs/testing/isolation.md."
            if allowed
            else f"Only an administrator may create the extension {name!r}. To have it in each test database, write "
            f'in pyproject.toml:\n    [tool.oneloop]\n    extensions = ["{name}"]\nIn the migration keep '
            "`CREATE EXTENSION IF NOT EXISTS`, and drop no extension in the downgrade."
        )


class ProtectedRowsError(OneloopError):
    def __init__(self, role: str, tables: list[str]) -> None:
        super().__init__(
            f"The role {role} may not delete every row of {', '.join(tables)}, so rows would stay. Set "
            f"{self.server_variable} to a superuser, who makes a plain role for the app, or unset it."
        )


class SchemaChangedError(OneloopError):
    def __init__(self, test: str, found: list[str]) -> None:
        super().__init__(
            f"{test}, or an earlier test whose SQL did not show it, changed the database that it shares with other "
            f"tests:\n{_listed(found)}\nThe database was replaced, so the next test starts clean. Give the test a "
            "database of its own (see docs/testing/isolation.md):\n    @pytest.mark.own_database"
        )
