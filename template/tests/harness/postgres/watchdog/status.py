"""What a server says of itself in `postmaster.pid`, and whether it is still there."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from .order import Ids

READY = "ready"
CONNECT_SECONDS = 5.0


class Status(NamedTuple):
    """The lines of `postmaster.pid` that matter."""

    pid: int
    port: int
    socket_folder: str
    ready: bool

    def answers(self) -> bool:
        """Tell whether the server accepts connections: a process of that number may be another."""
        try:
            if sys.platform == "win32":
                socket.create_connection(("127.0.0.1", self.port), CONNECT_SECONDS).close()
            else:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(CONNECT_SECONDS)
                    connection.connect(f"{self.socket_folder}/.s.PGSQL.{self.port}")
        except OSError:
            return False
        return True


def send_signal(pid: int, number: int, account: Ids) -> None:
    """Send a signal as the server's user: the number is from a file which that user can write."""
    command = ["/bin/sh", "-c", 'kill -s "$0" "$1"', signal.Signals(number).name[3:], str(pid)]
    subprocess.run(  # noqa: S603  the words are ours
        command, check=False, capture_output=True, timeout=CONNECT_SECONDS, cwd="/", **account
    )


def read_status(data: Path) -> Status | None:
    """Return what the server of the folder `data` says; None without a server."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
        return Status(int(lines[0]), int(lines[3]), lines[4], lines[-1].strip() == READY)
    except (OSError, ValueError, IndexError):  # no file, or one that is just being written
        return None
