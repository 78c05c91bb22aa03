"""What happens after each test: leftovers are waited for and named, and every row is deleted."""

from .errors import LeakError
from .guard import Guard
from .leaks import Leaks
from .sessions import Sessions
from .statements import Statements
from .wipe import Wiper


class Isolation:
    """Keeps one test from the next; one of them for each process.

    `guard` and `statements` watch from the start of the run; the loop and the wiper come with the
    first test that needs the database.
    """

    def __init__(self) -> None:
        self.guard = Guard()
        self.sessions = Sessions()
        self.leaks = Leaks(self.guard, self.sessions)
        self.statements = Statements()
        self.wiper: Wiper | None = None

    def begin(self, test: str) -> None:
        """Note which test runs now; fixtures that it sets up are its own."""
        self.guard.test = test
        self.guard.touched = False
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
        if guard.touched and self.wiper is not None:
            leaks += guard.loop.run_until_complete(self.wiper.wipe())
        guard.raise_violation()
        if leaks:
            raise LeakError(guard.test, leaks)
