"""What happens after each test: leftovers are waited for and named, and every row is deleted."""

from pathlib import Path

from .errors import ClosedLoopError, LeakError
from .guard import Guard
from .leaks import Leaks
from .outage.errors import RestartedServerError
from .places import Places
from .sessions import Sessions
from .statements import Statements
from .wipe.errors import SchemaChangedError


class Isolation:
    """Keeps one test from the next; one of them for each process.

    `guard` and `statements` watch from the start of the run; the loop and the databases come with
    the first test that needs one. `unseen` is set for a test that may use one by a driver of its
    own, which no engine sees. `broken` is set when a test could not be cleaned up after: no other
    test may begin. `log` is the server's, where that is ours. `replaced` counts the tests of a
    suite that stood after which the database was replaced, since they changed its schema.
    """

    def __init__(self) -> None:
        self.guard = Guard()
        self.sessions = Sessions()
        self.leaks = Leaks(self.guard, self.sessions)
        self.statements = Statements()
        self.places = Places(self.guard, moved=self.leaks.note)
        self.unseen = False
        self.broken = False
        self.replaced = 0
        self.log: Path | None = None

    def begin(self, test: str) -> None:
        """Note which test runs now; fixtures that it sets up are its own."""
        self.guard.test = test
        self.statements.clear()
        self.leaks.note()

    def end(self) -> None:
        """Wait for leftovers, wipe, and raise what the test did wrong, by its name."""
        __tracebackhide__ = True  # nobody needs to read this
        guard = self.guard
        if self.broken:
            return
        if guard.loop is None:
            guard.raise_violation()
            return
        if guard.loop.is_closed():
            self.broken = True
            raise ClosedLoopError(guard.test)
        try:
            leaks = self.leaks.end(guard.loop)
            touched = guard.touched or self.unseen or self.places.own
            if touched and not self.places.keeping:
                leaks += guard.loop.run_until_complete(self._clean(self.places))
        except BaseException:
            self.broken = True
            raise
        # Not when the next test begins: its wider fixtures may have used the database by then.
        guard.touched = self.unseen = False
        if leaks:
            guard.violations.append(LeakError(guard.test, leaks))
        guard.raise_violation()

    async def _clean(self, places: Places) -> list[str]:
        test = self.guard.test
        wiped = await places.clean(look_closer=self.unseen or self.statements.schema)
        if wiped.beyond and self.guard.adopted:
            # A suite that stood makes its own tables: the end of the run says so. What leaked into
            # the way of the wipe is said by the test itself.
            self.replaced += not wiped.leaks
        elif wiped.beyond:
            self.guard.violations.append(SchemaChangedError(test, wiped.beyond))
        if wiped.restarted:
            self.guard.violations.append(RestartedServerError(test, self.log))
        return wiped.leaks
