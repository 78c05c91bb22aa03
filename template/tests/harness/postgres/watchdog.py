"""The process between a run and its server, which ends the server when the run is gone.

It is started as a script, knows nothing but the standard library, and is told on its standard input
what to do. That pipe stays open for as long as the run lives: when it closes, be it by `kill -9`,
the watchdog stops the server and removes the run's folder. It has a session of its own, so that a
Ctrl-C in the terminal reaches pytest and not the server, which the tests' teardown still needs.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

PARENT_CHECK_SECONDS = 1.0
POLL_SECONDS = 0.005
STOP_SECONDS = 30.0


def hold(path: Path, *, alone: bool = False, seconds: float = 0.0) -> int | None:
    """Lock the file `path`, together with others or `alone`; None when that was not to be had.

    The lock goes with the process, however it ends. Whoever gets it alone knows that nobody is left.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o600)
    deadline = time.monotonic() + seconds
    while not _lock(descriptor, alone):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(0.02)
    return descriptor


if sys.platform == "win32":
    import msvcrt

    PLACES = 64

    def _lock(descriptor: int, alone: bool) -> bool:
        # There is no shared lock: one of many bytes stands for one holder, all of them for `alone`.
        for place in range(1 if alone else PLACES):
            os.lseek(descriptor, place, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, PLACES if alone else 1)
            except OSError:
                continue
            return True
        return False
else:
    import fcntl

    def _lock(descriptor: int, alone: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class StartError(Exception):
    """The server did not come up; the message says at which step."""


class Watchdog:
    """One server of one run, from its first file to its last."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.data = Path(order["data"])
        self.server: subprocess.Popen[bytes] | None = None
        self.run_is_gone = threading.Event()

    def watch(self) -> None:
        """Set `run_is_gone` when the pipe closes, or when a signal asks this process to end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.run_is_gone.set())

        def read() -> None:
            while os.read(0, 1024):
                pass
            self.run_is_gone.set()

        threading.Thread(target=read, daemon=True).start()

    def start(self) -> None:
        """Make the database and start the server, or say why not."""
        deadline = time.monotonic() + self.order["start_seconds"]
        with Path(self.order["log"]).open("ab") as log:
            if self.order["initdb"]:
                self._wait(self._spawn(self.order["initdb"], log), "initdb", deadline)
            self.server = self._spawn(self.order["postgres"], log)
        status = self.data / "postmaster.pid"
        while not (status.exists() and status.read_text().rstrip().endswith("ready")):
            if (code := self.server.poll()) is not None and not self.order["stop"]:
                raise StartError(f"postgres ended with status {code}")
            self._pause("postgres", deadline)

    def _spawn(self, command: list[str], log: Any) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.order["cwd"],
            env=self.order["env"],
            **self.order["account"],
        )

    def _wait(self, process: "subprocess.Popen[bytes]", name: str, deadline: float) -> None:
        try:
            while (code := process.poll()) is None:
                self._pause(name, deadline)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code:
            raise StartError(f"{name} ended with status {code}")

    def _pause(self, name: str, deadline: float) -> None:
        if self.run_is_gone.wait(POLL_SECONDS):
            raise StartError(f"the run ended while {name} was at work")
        if time.monotonic() > deadline:
            raise StartError(f"{name} was not ready after {self.order['start_seconds']} s")
