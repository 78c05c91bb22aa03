"""What happens after each test: leftovers are waited for and named, and every row is deleted."""

from .errors import LeakError
from .guard import Guard
from .leaks import Leaks
from .places import Places
from .sessions import Sessions
from .statements import Statements
from .wipe.errors import SchemaChangedError


class Isolation:
    """Keeps one test from the next; one of them for each process.

    `guard` and `statements` watch from the start of the run; the loop and the databases come with
    the first test that needs one. `unseen` is set for a test that may use one by a driver of its
    own, which no engine sees. `replaced` counts the tests of a suite that stood after which the
    database was replaced, since they changed its schema.
    """

    def __init__(self) -> None:
        self.guard = Guard()
        self.sessions = Sessions()
        self.leaks = Leaks(self.guard, self.sessions)
        self.statements = Statements()
        self.places = Places(self.guard, moved=self.leaks.note)
        self.unseen = False
        self.replaced = 0

    def begin(self, test: str) -> None:
        """Note which test runs now; fixtures that it sets up are its own."""
        self.guard.test = test
        self.guard.touched = self.unseen = False
        self.statements.clear()
        self.leaks.note()

    def end(self) -> None:
        """Wait for leftovers, wipe, and raise what the test did wrong, by its name."""
        __tracebackhide__ = True  # nobody needs to read this
        guard = self.guard
        if guard.loop is None:
            guard.raise_violation()
            return
        leaks = self.leaks.end(guard.loop)
        touched = guard.touched or self.unseen or self.places.own
        if touched and not self.places.keeping:
            leaks += guard.loop.run_until_complete(self._clean(self.places))
        guard.raise_violation()
        if leaks:
            raise LeakError(guard.test, leaks)

    async def _clean(self, places: Places) -> list[str]:
        if places.own:
            return await places.bring_back()
        wiped = await places.wipe(look_closer=self.unseen or self.statements.schema)
        if wiped.beyond and self.guard.run is not None:
            self.replaced += 1  # a suite that stood makes its own tables: it is named at the end
        elif wiped.beyond:
            self.guard.violations.append(SchemaChangedError(self.guard.test, wiped.beyond))
        return wiped.leaks
