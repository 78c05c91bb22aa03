"""The run's end of the pipe to its watchdog."""

import json
import subprocess
import sys
import threading
from pathlib import Path

from .errors import PostgresStartError, PostgresStopError
from .watchdog.order import Order

GRACE_SECONDS = 10.0
# Isolated and without site-packages: it starts in 30 ms, and no plugin or variable gets into it.
SCRIPT = "import sys; sys.path.insert(0, sys.argv[1]); from watchdog.main import main; main()"


class WatchdogProcess:
    """A watchdog, started at once so that its interpreter is there when the order is."""

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
        self._stop_seconds = GRACE_SECONDS

    def carry_out(self, order: Order) -> None:
        """Give the order and return when the server is ready; raise when it did not start."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # Start, stop after a failure, and a little: the watchdog itself keeps to its times.
        self._stop_seconds = 3 * order["stop_seconds"] + GRACE_SECONDS
        guard = threading.Timer(order["start_seconds"] + self._stop_seconds, self._process.kill)
        guard.daemon = True
        guard.start()
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died, and its last words are in the other pipe
        finally:
            lines = self._read_report()
            guard.cancel()
        try:
            words = json.loads(lines[-1])
        except (ValueError, IndexError):
            log = b"".join(lines).decode(errors="replace")
            raise PostgresStartError("its watchdog ended", log) from None
        if words:
            raise PostgresStartError(words["error"], words["log"])

    def _read_report(self) -> list[bytes]:
        """Return what the watchdog says, up to its report or to its death."""
        assert self._process.stdout is not None
        lines: list[bytes] = []
        while not (lines and lines[-1].startswith(b"{")):
            if not (line := self._process.stdout.readline()):
                break
            lines.append(line)
        return lines

    def close(self) -> None:
        """Close the pipe and return when the watchdog has cleaned up."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            raise PostgresStopError(self._process.pid, self._stop_seconds) from None
