"""A run of the tests in a forked process, and the pipe through which the tool asks for it."""

import json
import os
import select
import signal
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

GRACE_SECONDS = 5.0  # for a run that is interrupted: its fixtures end their servers


class Jobs:
    """The jobs of the tool: a line of JSON each, with an answer of one line. They end with the tool."""

    def __init__(self) -> None:
        self.input = os.dup(0)
        self._answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what libraries print must not get between the answers

    def read(self) -> dict[str, Any] | None:
        # Unbuffered, so that `select` sees what is left.
        data = b""
        while not data.endswith(b"\n"):
            more = os.read(self.input, 1)
            if not more:
                return None
            data += more
        job: dict[str, Any] = json.loads(data)
        return job

    def answer(self, why: str, status: int = 0, events: list[dict[str, Any]] | None = None) -> None:
        self._answers.write(json.dumps({"why": why, "status": status, "events": events or []}) + "\n")
        self._answers.flush()

    def wait(self, run: "ChildRun", limit: float) -> bool:
        """Answer with what happened in a run. Return False if the tool ended meanwhile."""
        why = run.wait(limit, self.input)
        status = run.close()
        if why != "stopped":
            self.answer(why, status, run.events)
        return why != "stopped"


class ChildRun:
    """A forked process. Both sides return from here; `is_child` tells them apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._rest = b""
        self._pipe, self.writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a thread that waits for work may be there
            self._pid = os.fork()
        self.is_child = self._pid == 0
        if self.is_child:
            os.close(self._pipe)
            os.setpgid(0, 0)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        else:
            os.close(self.writing)

    def wait(self, limit: float, tool: int) -> str:
        """Return why the run ended: `ended`, `late`, or `stopped` by the end of the tool."""
        deadline = time.monotonic() + limit
        while True:
            ready, _, _ = select.select([self._pipe, tool], [], [], max(0.0, deadline - time.monotonic()))
            if self._pipe in ready:
                if not self._read():
                    return "ended"
            elif tool in ready and not os.read(tool, 1):  # the tool sends nothing while a run goes on
                self._end()
                return "stopped"
            elif not ready:
                self._end()
                return "late"

    def _read(self) -> bool:
        data = os.read(self._pipe, 1 << 20)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.events += [json.loads(line) for line in lines]
        return bool(data)

    def _end(self) -> None:
        # pytest ends at SIGINT with its fixtures. What blocks the process for longer is killed.
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGINT)
        deadline = time.monotonic() + GRACE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._pipe], [], [], left)
            if ready and not self._read():
                return
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)

    def close(self) -> int:
        """Return the exit status of the child; a negative one is the signal that killed it."""
        os.close(self._pipe)
        _, status = os.waitpid(self._pid, 0)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)  # what the tests left behind
        return os.waitstatus_to_exitcode(status)


def redirect(log: str | Path) -> None:
    """Read nothing, and write to a log."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, standard in ((null, 0), (target, 1), (target, 2)):
        os.dup2(source, standard)
    os.close(target)
    os.close(null)
