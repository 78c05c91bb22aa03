"""Runs a program in the foreground; signals go to it and not to us."""

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
    """Runs one program after another; `interrupted` is true after Ctrl-C."""

    def __init__(self) -> None:
        self.interrupted = False
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Pass signals to the program, so that we end after it and can stop the server."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._receive) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        # A terminal sends Ctrl-C to the program as well, and a second one would stop its clean-up.
        from_terminal = number == signal.SIGINT and (sys.platform == "win32" or os.isatty(0))
        if self._process is not None and not from_terminal:
            self._process.send_signal(number)

    def run(self, command: list[str], environment: dict[str, str]) -> int:
        """Run a program and return its exit status, as a shell counts it."""
        if self.interrupted:
            return SIGNALLED + signal.SIGINT
        try:
            self._process = subprocess.Popen(command, env=environment)  # noqa: S603  the user's
        except (FileNotFoundError, PermissionError):
            raise NoProgramError(command[0]) from None
        status = self._process.wait()
        self._process = None
        return status if status >= 0 else SIGNALLED - status
