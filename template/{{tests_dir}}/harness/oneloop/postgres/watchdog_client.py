"""A running server, and the client of the watchdog process that stops it."""

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .postgres_errors import PostgresStartError, PostgresStopError
from .watchdog import STOP_SECONDS, WatchdogRequest

GRACE_SECONDS = 10.0
# Isolated (-I) and without site-packages (-S): it starts in 30 ms, and no variable changes it.
SCRIPT = "import sys; sys.path.insert(0, sys.argv[1]); import watchdog.watchdog_main as w; w.main()"


class WatchdogClient:
    """A watchdog. Its interpreter starts at once, to be ready when the request is."""

    def __init__(self) -> None:
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        self._process = subprocess.Popen(  # noqa: S603  our own script
            [sys.executable, "-I", "-S", "-c", SCRIPT, str(Path(__file__).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=Path(sys.executable).anchor,
            start_new_session=True,
            creationflags=flags,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._stop_seconds = GRACE_SECONDS

    def start_server(self, request: WatchdogRequest) -> None:
        self._stop_seconds = 3 * STOP_SECONDS + GRACE_SECONDS
        lines = []
        with suppress(BrokenPipeError):  # it has ended, and the reason is in its output
            self._input.write(json.dumps(request).encode() + b"\n")
            self._input.flush()
        for line in self._output:
            lines.append(line)
            if line.startswith(b"{"):  # the report; other lines are a traceback's
                break
        try:
            report: dict[str, str] = json.loads(lines[-1])
        except (ValueError, IndexError):
            log = b"".join(lines).decode(errors="replace")
            raise PostgresStartError("its watchdog ended", log) from None
        if report["error"]:
            raise PostgresStartError(report["error"], report["log"])

    def close(self) -> None:
        self._input.close()
        self._output.close()
        try:
            self._process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            raise PostgresStopError(self._process.pid, self._stop_seconds) from None


@dataclass(eq=False)
class PostgresServer(AbstractContextManager["PostgresServer"]):
    """A running server. If no code stops it, its watchdog does when this process ends."""

    url: str
    version: str
    log: Path
    _watchdog: WatchdogClient | None = field(repr=False)
    _lock: int | None = field(default=None, repr=False)

    def stop(self) -> None:
        """Stop the server, unless another process uses it, and return when it has ended; a second call does nothing."""
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            if self._lock is not None:
                os.close(self._lock)
            watchdog.close()

    def __exit__(self, *_: object) -> None:
        self.stop()
