"""What the watchdog does: read the request, start the server, wait for the run's end, clean up."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from . import LOCK, START_LOCK, STOP_SECONDS, WatchdogRequest
from .file_locks import hold
from .server_process import ServerProcess, StartError

PARENT_CHECK_SECONDS = 1.0
RETRY_SECONDS = 0.005


def main() -> None:
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return  # the run ended before it wrote a request
    request: WatchdogRequest = json.loads(line)
    run_ended = threading.Event()
    watch_pipe(run_ended)
    server = ServerProcess(request, run_ended)
    folder = Path(request["folder"])
    lock = hold(folder / LOCK)
    try:
        server.start()
    except (StartError, OSError) as error:
        log = folder / "log"
        text = log.read_text(errors="replace") if log.exists() else ""
        report(str(error), text[-10_000:])
    else:
        report("", "")
        wait(request["parent"], server)
    clean_up(request, server, lock)


def watch_pipe(run_ended: threading.Event) -> None:
    """Set the event when the pipe closes, or when a signal asks this process to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: run_ended.set())

    def read() -> None:
        while os.read(0, 1024):
            pass
        run_ended.set()

    threading.Thread(target=read, daemon=True).start()


def report(error: str, log: str) -> None:
    """Send the result of the start: the last line that the client reads, so later output is dropped."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps({"error": error, "log": log}).encode() + b"\n")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def wait(parent: int, server: ServerProcess) -> None:
    """Return when the run has ended, even if a forked child of it still holds the pipe open."""
    while not server.run_ended.wait(PARENT_CHECK_SECONDS):
        if sys.platform != "win32" and os.getppid() != parent:
            return
        server.pid()  # reaps a server that died


def clean_up(request: WatchdogRequest, server: ServerProcess, lock: int | None) -> None:
    folder = Path(request["folder"])
    if request["persistent"]:
        hold(folder / START_LOCK, alone=True, seconds=STOP_SECONDS)
    if lock is not None:
        os.close(lock)
    if request["persistent"] and hold(folder / LOCK, alone=True) is None:
        return
    server.stop()
    deadline = time.monotonic() + STOP_SECONDS
    for left in map(Path, request["remove"]):
        while left.exists() and time.monotonic() < deadline:
            shutil.rmtree(left, ignore_errors=True)
            time.sleep(RETRY_SECONDS)
