"""The process in the project. It imports the project's libraries once, and forks for each run of the tests.

A job is a line of JSON on standard input, its result a line on standard output. At the end of standard input, which is
also the end of the tool, the running tests are ended and the process exits.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

GRACE_SECONDS = 5.0  # for a run that is interrupted: its fixtures end their servers


def put_copy_first(original: Path, copy: Path, packages: list[str]) -> None:
    """Import from the copy what an editable installation would import from the original."""
    inside = [Path(each) for each in sys.path if each and Path(each).is_relative_to(original)]
    own = [each for each in inside if "site-packages" not in each.parts]
    paths = [str(copy / each.relative_to(original)) for each in own]
    first = list(dict.fromkeys([*(str(copy / each) for each in packages), *paths]))
    others = [each for each in sys.path if each and each not in first and Path(each) not in own]
    sys.path[:] = [*first, *others]
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*first, *filter(None, given)]))


def preload(modules: list[str]) -> None:
    """Import libraries. One that cannot be imported alone is imported by the tests."""
    for name in modules:
        with suppress(BaseException):
            import_module(name)
    gc.collect()
    gc.freeze()  # the collector of a child need not visit it


class Run:
    """One run of the tests, in a child process."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.events: list[dict[str, Any]] = []
        self._rest = b""
        self._pipe, writing = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _become_run(job, writing)
        os.close(writing)

    def wait(self, limit: float) -> str:
        """Return why the run ended: `ended`, `late`, or `stopped` by the end of the tool."""
        deadline = time.monotonic() + limit
        why = "ended"
        while True:
            ready, _, _ = select.select([self._pipe, 0], [], [], max(0.0, deadline - time.monotonic()))
            if self._pipe in ready:
                if not self._read():
                    return why
            elif 0 in ready and not os.read(0, 1):  # the tool sends nothing while a run goes on
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
            os.kill(self.pid, signal.SIGINT)
        deadline = time.monotonic() + GRACE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._pipe], [], [], left)
            if ready and not self._read():
                return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> int:
        """Return the exit status of the child; a negative one is the signal that killed it."""
        os.close(self._pipe)
        _, status = os.waitpid(self.pid, 0)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # what the tests left behind
        return os.waitstatus_to_exitcode(status)


def _become_run(job: dict[str, Any], writing: int) -> None:
    status = 70
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        from .suite import run_suite  # noqa: PLC0415  pytest is the project's

        status = run_suite(job, writing)
    except BaseException:  # noqa: BLE001  the report has the log
        import traceback  # noqa: PLC0415  no other run needs it

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not get between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = json.loads(_line())
    os.chdir(settings["copy"])
    put_copy_first(Path(settings["original"]), Path(settings["copy"]), settings["packages"])
    while line := _line():
        job = json.loads(line)
        if "preload" in job:
            preload(job["preload"])
            continue
        run = Run(job)
        why = run.wait(job["limit"])
        status = run.close()
        if why == "stopped":
            return
        answers.write(json.dumps({"why": why, "status": status, "events": run.events}) + "\n")
        answers.flush()


def _line() -> bytes:
    # Unbuffered, so that `select` sees what is left.
    data = b""
    while not data.endswith(b"\n"):
        more = os.read(0, 1)
        if not more:
            return b""
        data += more
    return data


if __name__ == "__main__":
    main()
