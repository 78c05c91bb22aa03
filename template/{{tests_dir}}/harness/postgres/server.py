"""A server that runs, as its user sees it."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from .launch import WatchdogProcess


class PostgresServer:
    """A running server. Stop it, or leave it to its watchdog when this process ends."""

    def __init__(
        self,
        url: str,
        version: str,
        log: Path,
        watchdog: WatchdogProcess,
        lock: int | None = None,
    ) -> None:
        self.url = url
        self.version = version
        self.log = log
        self._watchdog: WatchdogProcess | None = watchdog
        self._lock = lock
        self._mutex = threading.Lock()

    def stop(self) -> None:
        """Stop the server and return when nothing is left of it; a second call does nothing.

        A kept server goes on for as long as another process uses it.
        """
        with self._mutex:
            watchdog, self._watchdog = self._watchdog, None
            if watchdog is None:
                return
            if self._lock is not None:
                os.close(self._lock)
            watchdog.close()

    def __enter__(self) -> Self:
        """Return the server itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()
