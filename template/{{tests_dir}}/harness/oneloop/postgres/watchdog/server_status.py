"""What a server writes about itself in `postmaster.pid`, and whether it still runs."""

import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from . import UserIds

PID_FILE = "postmaster.pid"
READY = "ready"
TIMEOUT_SECONDS = 5.0


class ServerStatus(NamedTuple):
    pid: int
    port: int
    socket_folder: str
    ready: bool

    def answers(self) -> bool:
        """Return whether the server accepts connections; `pid` may belong to another process."""
        try:
            if sys.platform == "win32":
                socket.create_connection(("127.0.0.1", self.port), TIMEOUT_SECONDS).close()
            else:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(TIMEOUT_SECONDS)
                    connection.connect(f"{self.socket_folder}/.s.PGSQL.{self.port}")
        except OSError:
            return False
        return True


def read_status(data: Path) -> ServerStatus | None:
    """Return the status of the server on the folder `data`; None without a server."""
    try:
        lines = (data / PID_FILE).read_text(errors="surrogateescape").splitlines()
        status = ServerStatus(int(lines[0]), int(lines[3]), lines[4], lines[-1].strip() == READY)
    except (OSError, ValueError, IndexError):  # no file, or one that is being written
        return None
    return status if status.pid > 0 else None  # initdb writes a negative number


def send_signal(pid: int, number: int, user: UserIds) -> None:
    """Send a signal as the server's user, since that user could write any number into the file."""
    _shell('kill -s "$0" "$1"', signal.Signals(number).name[3:], str(pid), user=user)


def remove_shared_memory(data: Path, user: UserIds) -> None:
    """Remove the few bytes of System V memory that a killed server or initdb leaves behind.

    Only for a database that is not needed any more: PostgreSQL uses them as a guard.
    """
    with suppress(OSError, IndexError, ValueError):  # no file: it removed them itself
        key, _ = (data / PID_FILE).read_text(errors="replace").split("\n")[6].split()
        _shell('ipcrm -M "$0"', key, user=user)


def _shell(script: str, *arguments: str, user: UserIds) -> None:
    subprocess.run(  # noqa: S603  the script is ours
        ["/bin/sh", "-c", script, *arguments], check=False, capture_output=True, cwd="/", **user
    )
