"""The server as a process: created, started and stopped, each within a time limit; and what `postmaster.pid` says."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from . import START_SECONDS, STOP_SECONDS, UserIds, WatchdogRequest

# Nothing else of this process's environment reaches the server: no secret, and no PG* variable.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
PID_FILE = "postmaster.pid"
CONNECT_SECONDS = 5.0
POLL_SECONDS = 0.005


class StartError(Exception):
    """The server did not start; the message names the step that failed."""


class ServerProcess:
    """A server that this process starts, or a running one that it joins and may have to stop."""

    def __init__(self, request: WatchdogRequest, run_ended: threading.Event) -> None:
        self.request, self.run_ended = request, run_ended
        self.data = Path(request["folder"], "data")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if not self.request["postgres"]:
            return
        deadline = time.monotonic() + START_SECONDS
        with self.data.with_name("log").open("ab") as log:
            if self.request["initdb"]:
                self._finish(self._spawn(self.request["initdb"], log), deadline)
            self.process = self._spawn(self.request["postgres"], log)
        is_launcher = self.request["stop"] is not None  # pg_ctl ends when the server has started
        # The file of a killed server still says `ready`, so the process number has to match.
        while not ((now := read_status(self.data)) and now.ready and (is_launcher or now.pid == self.process.pid)):
            code = self.process.poll()
            if code is not None and (code or not is_launcher):
                raise StartError(f"postgres ended with status {code}")
            self._pause("postgres", deadline)

    def _spawn(self, command: list[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  PostgreSQL's own programs
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.data.parent,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,  # a group that can be killed with its children
            **self.request["user"],
        )

    def _finish(self, initdb: "subprocess.Popen[bytes]", deadline: float) -> None:
        try:
            while initdb.poll() is None:
                self._pause("initdb", deadline)
        finally:
            if initdb.poll() is None:
                initdb.kill()
                if sys.platform != "win32":
                    os.killpg(initdb.pid, signal.SIGKILL)  # its children too
                initdb.wait()
        if initdb.returncode:
            raise StartError(f"initdb ended with status {initdb.returncode}")

    def _pause(self, program: str, deadline: float) -> None:
        if self.run_ended.wait(POLL_SECONDS):
            raise StartError(f"the run ended while {program} was starting")
        if time.monotonic() > deadline:
            raise StartError(f"{program} was not ready after {START_SECONDS:.0f} s")

    def stop(self) -> None:
        """Stop the server. A persistent one writes everything to disk first, if it is in time."""
        if self.request["stop"]:
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(self.request["stop"], check=False, timeout=STOP_SECONDS)  # noqa: S603
            return
        if sys.platform == "win32":
            return
        persistent, fast, immediate = self.request["persistent"], signal.SIGINT, signal.SIGQUIT
        for number in (fast if persistent else immediate, immediate, signal.SIGKILL):
            if (pid := self.pid()) is None:
                break
            send_signal(pid, number, self.request["user"])
            deadline = time.monotonic() + STOP_SECONDS
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        if not persistent:
            remove_shared_memory(self.data, self.request["user"])

    def pid(self) -> int | None:
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else None
        status = read_status(self.data)
        return status.pid if status and status.answers() else None


class ServerStatus(NamedTuple):
    pid: int
    port: int
    socket_folder: str
    ready: bool

    def answers(self) -> bool:
        """Return whether the server accepts connections; `pid` may belong to another process."""
        try:
            if sys.platform == "win32" or not self.socket_folder:
                socket.create_connection(("127.0.0.1", self.port), CONNECT_SECONDS).close()
            else:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(CONNECT_SECONDS)
                    connection.connect(f"{self.socket_folder}/.s.PGSQL.{self.port}")
        except OSError:
            return False
        return True


def read_status(data: Path) -> ServerStatus | None:
    try:
        lines = (data / PID_FILE).read_text(errors="surrogateescape").splitlines()
        status = ServerStatus(int(lines[0]), int(lines[3]), lines[4], lines[-1].strip() == "ready")
    except (OSError, ValueError, IndexError):  # no file, or one that is being written
        return None
    return status if status.pid > 0 else None  # initdb writes a negative number


def send_signal(pid: int, number: int, user: UserIds) -> None:
    """Send a signal as the server's user, since that user could write any number into the file."""
    _shell('kill -s "$0" "$1"', signal.Signals(number).name[3:], str(pid), user=user)


def remove_shared_memory(data: Path, user: UserIds) -> None:
    """Remove the System V memory of a killed server or initdb; it guards a database that is to be used again."""
    with suppress(OSError, IndexError, ValueError):  # no file: it removed them itself
        key, _ = (data / PID_FILE).read_text(errors="replace").split("\n")[6].split()
        _shell('ipcrm -M "$0"', key, user=user)


def _shell(script: str, *arguments: str, user: UserIds) -> None:
    command = ["/bin/sh", "-c", script, *arguments]
    subprocess.run(command, check=False, capture_output=True, cwd="/", **user)  # noqa: S603  the script is ours
