"""The watchdog's life: read the order, start the server, wait for the end of the run, clean up."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from .locks import hold
from .order import Order
from .server import Server, StartError

PARENT_CHECK_SECONDS = 1.0


def read_order() -> Order:
    """Read the one line that says what to do; nothing comes when the run died before it wrote."""
    line = b""
    while not line.endswith(b"\n"):
        if not (part := os.read(0, 65536)):
            raise SystemExit(0)
        line += part
    order: Order = json.loads(line)
    return order


def watch_pipe(run_is_gone: threading.Event) -> None:
    """Set the event when the pipe closes, or when a signal asks this process to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: run_is_gone.set())

    def read() -> None:
        while os.read(0, 1024):
            pass
        run_is_gone.set()

    threading.Thread(target=read, daemon=True).start()


def report(**words: str) -> None:
    """Tell the run how the start went: one line, the last that it gets."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(words).encode() + b"\n")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def wait(order: Order, server: Server) -> None:
    """Return when the run is gone, also when its forked children still hold the pipe open."""
    while not server.run_is_gone.wait(PARENT_CHECK_SECONDS):
        if sys.platform != "win32" and os.getppid() != order["parent"]:
            return
        server.pid()  # takes note of a server that died, so that it is no zombie


def clean_up(order: Order, server: Server, lock: int | None) -> None:
    """Stop the server and remove its folders, unless others still use it."""
    if order["start_lock"]:
        hold(Path(order["start_lock"]), alone=True, seconds=order["stop_seconds"])
    if lock is not None:
        os.close(lock)
    if order["start_lock"] and hold(Path(order["lock"]), alone=True) is None:
        return
    server.stop()
    deadline = time.monotonic() + order["stop_seconds"]
    for folder in map(Path, order["remove"]):
        while folder.exists() and time.monotonic() < deadline:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Carry out one order."""
    order = read_order()
    server = Server(order, threading.Event())
    watch_pipe(server.run_is_gone)
    lock = hold(Path(order["lock"]))
    try:
        server.start()
    except (StartError, OSError) as error:
        log = Path(order["log"])
        words = log.read_text(errors="replace") if log.exists() else ""
        report(error=str(error), log=words[-10_000:])
    else:
        report()
        wait(order, server)
    clean_up(order, server, lock)
