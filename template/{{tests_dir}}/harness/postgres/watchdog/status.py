"""What a server says of itself in `postmaster.pid`, and whether it is still there."""

import signal
import socket
import subprocess
import sys
from contextlib import suppress
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
    _shell('kill -s "$0" "$1"', signal.Signals(number).name[3:], str(pid), account=account)


def remove_shared_memory(data: Path, account: Ids) -> None:
    """Remove the few bytes that a server leaves behind which was killed; it has no database now."""
    with suppress(OSError, IndexError):  # no file: the server ended well and removed them itself
        segment = (data / "postmaster.pid").read_text(errors="replace").split("\n")[6].split()[1]
        _shell('ipcrm -m "$0"', segment, account=account)


def _shell(script: str, *words: str, account: Ids) -> None:
    subprocess.run(  # noqa: S603  the script is ours
        ["/bin/sh", "-c", script, *words],
        check=False,
        capture_output=True,
        timeout=CONNECT_SECONDS,
        cwd="/",
        **account,
    )


def read_status(data: Path) -> Status | None:
    """Return what the server of the folder `data` says; None without a server."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
        return Status(int(lines[0]), int(lines[3]), lines[4], lines[-1].strip() == READY)
    except (OSError, ValueError, IndexError):  # no file, or one that is just being written
        return None
