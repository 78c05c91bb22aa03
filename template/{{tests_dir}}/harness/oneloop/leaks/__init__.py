"""What a test leaves behind: tasks, connections, unawaited errors; and calls that block the loop.

May import `app`, `config` and `database`. Each module has one kind; `Leaks` puts them together.
"""

import asyncio
import gc
import warnings

from sqlalchemy.exc import SAWarning

from ..config import ProjectConfig
from .blocking import Blocking
from .checked_out import CheckedOutConnections
from .tasks import Tasks, UnawaitedErrors


class Leaks:
    def __init__(self, config: ProjectConfig) -> None:
        self.blocking = Blocking(config)
        self.tasks = Tasks(config)
        self.connections = CheckedOutConnections(self.tasks.in_older_task)
        self.unawaited = UnawaitedErrors()

    def note(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Count what exists now as not the test's: it is the app's or a wider fixture's."""
        self.connections.note()
        if loop is not None:
            self.tasks.note(loop)

    def end_test(self, loop: asyncio.AbstractEventLoop, *, errors_expected: bool = False) -> list[str]:
        late = self.tasks.late(loop)
        lines = loop.run_until_complete(self.tasks.settle(late)) if late else []
        with warnings.catch_warnings():
            if self.connections.late:  # named below; the warning would fail the next test
                warnings.simplefilter("ignore", SAWarning)
            gc.collect(1)  # an object in a cycle warns now, not ten tests later; a full collection would take 70 ms
        if self.connections.late:  # an open session holds one
            lines += loop.run_until_complete(self.connections.take_back())
        errors = self.unawaited.take()
        return lines + self.tasks.died() + ([] if errors_expected else errors)
