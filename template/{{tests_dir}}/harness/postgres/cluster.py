"""One database cluster: its files, its address, and the order that a watchdog gets for it."""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .account import Account
from .binaries import Binaries
from .folders import LOCK
from .options import environment, initdb_command, server_settings
from .watchdog.order import Ids, Order

PORT = 5432
START_LOCK = "start.lock"
START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Cluster:
    """A cluster in the folder `data` of `folder`.

    It listens on a socket in `socket_folder`; without one (Windows) on loopback, with a password.
    """

    folder: Path
    account: Account
    binaries: Binaries
    kept: bool
    socket_folder: Path | None = None
    port: int = PORT
    password: str | None = None

    @property
    def data(self) -> Path:
        """Return the folder that PostgreSQL calls its data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Return the file that the server writes its log to."""
        return self.folder / "log"

    @property
    def password_file(self) -> Path:
        """Return the file that holds the password, where there is one."""
        return self.folder / "password"

    @property
    def url(self) -> str:
        """Return the address in libpq's form. It names the port, for PGPORT would win otherwise."""
        if self.socket_folder is None:
            return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"
        host = quote(os.fsencode(self.socket_folder))
        return f"postgresql://postgres@/postgres?host={host}&port={self.port}"

    def order(self, *, initdb: bool, join: bool, remove: list[Path]) -> Order:
        """Return what the watchdog shall do; `join` leaves a running server as it is."""
        ids: Ids = {}
        if self.account.uid is not None and self.account.gid is not None:
            ids = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return {
            "parent": os.getpid(),
            "data": str(self.data),
            "log": str(self.log),
            "lock": str(self.folder / LOCK),
            "start_lock": str(self.folder / START_LOCK) if self.kept else None,
            "initdb": self._initdb() if initdb else None,
            "postgres": None if join else self._postgres(),
            "stop": self._stop(),
            "account": ids,
            "environment": environment(),
            "remove": [str(folder) for folder in remove],
            "start_seconds": START_SECONDS,
            "stop_seconds": STOP_SECONDS,
        }

    def _initdb(self) -> list[str]:
        password_file = None if self.password is None else self.password_file
        return initdb_command(self.binaries, self.data, kept=self.kept, password_file=password_file)

    def _postgres(self) -> list[str]:
        settings = server_settings(
            self.binaries, kept=self.kept, socket_folder=self.socket_folder, port=self.port
        )
        options = [f"{name}={value}" for name, value in settings.items()]
        if sys.platform != "win32":
            program = [self.binaries.program("postgres"), "-D", str(self.data)]
            return program + [part for option in options for part in ("-c", option)]
        # pg_ctl gives up an administrator's rights, with which postgres.exe refuses to run.
        quoted = " ".join(f'-c "{option}"' for option in options)
        return [self.binaries.program("pg_ctl"), "start", "-W", "-D", str(self.data), "-o", quoted]

    def _stop(self) -> list[str] | None:
        if sys.platform != "win32":
            return None
        mode = "fast" if self.kept else "immediate"
        return [self.binaries.program("pg_ctl"), "stop", "-m", mode, "-D", str(self.data)]


def free_port() -> int:
    """Return a port of loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
