"""The server as a process: made, started and stopped, each within a time."""

import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from .order import Order
from .status import read_status, remove_shared_memory, send_signal

POLL_SECONDS = 0.005


class StartError(Exception):
    """The server did not come up; the message says at which step."""


class Server:
    """A server that this process starts, or one that it joins and may have to stop."""

    def __init__(self, order: Order, run_is_gone: threading.Event) -> None:
        self.order = order
        self.run_is_gone = run_is_gone
        self.data = Path(order["data"])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the database and start the server, or say why not."""
        if not self.order["postgres"]:
            return
        deadline = time.monotonic() + self.order["start_seconds"]
        with Path(self.order["log"]).open("ab") as log:
            if self.order["initdb"]:
                self._finish(self._spawn(self.order["initdb"], log), deadline)
            self.process = self._spawn(self.order["postgres"], log)
        launcher = self.order["stop"] is not None  # it ends when it has started the server
        while not self._is_ready(any_pid=launcher):
            code = self.process.poll()
            if code is not None and (code or not launcher):
                raise StartError(f"postgres ended with status {code}")
            self._pause("postgres", deadline)

    def _is_ready(self, *, any_pid: bool) -> bool:
        # A server that was killed leaves its file behind, and that file says `ready`.
        assert self.process is not None
        status = read_status(self.data)
        return status is not None and status.ready and (any_pid or status.pid == self.process.pid)

    def _spawn(self, command: list[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  the programs of PostgreSQL
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.data.parent,
            env=self.order["environment"],
            **self.order["account"],
        )

    def _finish(self, initdb: "subprocess.Popen[bytes]", deadline: float) -> None:
        try:
            while initdb.poll() is None:
                self._pause("initdb", deadline)
        finally:
            if initdb.poll() is None:
                initdb.kill()
                initdb.wait()
        if initdb.returncode:
            raise StartError(f"initdb ended with status {initdb.returncode}")

    def _pause(self, name: str, deadline: float) -> None:
        if self.run_is_gone.wait(POLL_SECONDS):
            raise StartError(f"the run ended while {name} was at work")
        if time.monotonic() > deadline:
            raise StartError(f"{name} was not ready after {self.order['start_seconds']:.0f} s")

    def stop(self) -> None:
        """End the server: a kept one writes all to disk first, or in haste when that takes long."""
        if self.order["stop"]:
            seconds = self.order["stop_seconds"]
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(  # noqa: S603  pg_ctl
                    self.order["stop"], check=False, capture_output=True, timeout=seconds
                )
            return
        if sys.platform == "win32":
            return
        fast, immediate = signal.SIGINT, signal.SIGQUIT
        for number in (fast if self.order["start_lock"] else immediate, immediate, signal.SIGKILL):
            if (pid := self.pid()) is None:
                break
            send_signal(pid, number, self.order["account"])
            deadline = time.monotonic() + self.order["stop_seconds"]
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        if not self.order["start_lock"]:
            remove_shared_memory(self.data, self.order["account"])

    def pid(self) -> int | None:
        """Return the number of the server's process; None when it is gone."""
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else None
        status = read_status(self.data)
        return status.pid if status and status.answers() else None
