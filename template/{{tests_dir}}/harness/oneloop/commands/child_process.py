"""A command as a child: its input, its Ctrl-C and its exit status are its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .command_errors import NoProgramError

SIGNALLED = 128


class Child:
    """One command after another, and whether Ctrl-C was pressed meanwhile."""

    def __init__(self) -> None:
        self.interrupted = False
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Leave signals to the command that runs, so that we outlive it and clean up after it."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._receive) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        # A terminal sends Ctrl-C to the command as well; a second one would cut its end short.
        from_terminal = number == signal.SIGINT and (sys.platform == "win32" or os.isatty(0))
        if self._process is not None and not from_terminal:
            self._process.send_signal(number)

    def run(self, command: list[str], environment: dict[str, str]) -> int:
        """Run a command to its end and return its exit status, as a shell counts it."""
        if self.interrupted:
            return SIGNALLED + signal.SIGINT
        try:
            self._process = subprocess.Popen(command, env=environment)  # noqa: S603  theirs
        except (FileNotFoundError, PermissionError):
            raise NoProgramError(command[0]) from None
        status = self._process.wait()
        self._process = None
        return status if status >= 0 else SIGNALLED - status
