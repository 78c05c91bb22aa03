"""One database cluster: its files, its address, and its settings, fast or durable."""

import os
import secrets
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from .account import Account
from .binaries import Binaries
from .watchdog import WatchdogRequest

PORT = 5432
PASSWORD = "password"
# A server that is killed leaves nothing in /dev/shm: mmap is a file in its data folder.
DYNAMIC_MEMORY = "windows" if sys.platform == "win32" else "mmap"
LOGGED = ("log_min_messages=warning", "log_checkpoints=off")
SETTINGS = ("max_connections=200", "max_prepared_transactions=20", "jit=off", *LOGGED)
# Fast, because the data of a temporary server need not survive a crash.
UNSAFE = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB")


@dataclass(frozen=True)
class Cluster:
    folder: Path
    account: Account
    binaries: Binaries
    persistent: bool
    socket_folder: Path | None = None  # without one it listens on loopback
    port: int = PORT
    password: str | None = None  # the administrator's; a cluster of an earlier release trusts each user of its socket

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def url(self) -> str:
        """Return the address in libpq's form, with the port, because PGPORT would win otherwise."""
        user = "postgres" if self.password is None else f"postgres:{self.password}"
        if self.socket_folder is None:
            return f"postgresql://{user}@127.0.0.1:{self.port}/postgres"
        host = quote(os.fsencode(self.socket_folder))
        return f"postgresql://{user}@/postgres?host={host}&port={self.port}"

    def listening(self, socket_folder: Path | None, *, new: bool) -> "Cluster":
        """Return the cluster with the address of a server; a new cluster gets a password, which it keeps."""
        file = self.folder / PASSWORD
        if new:
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
            self.account.take(file)  # initdb reads it
        password = file.read_text() if file.exists() else None
        if socket_folder is not None and sys.platform != "win32":
            return replace(self, socket_folder=socket_folder, password=password)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = int(listener.getsockname()[1])
        return replace(self, port=port, password=password)

    def request(self, *, initdb: bool, join: bool, remove: list[Path]) -> WatchdogRequest:
        """Return what the watchdog has to do; with `join` the server is already running."""
        return {
            "parent": os.getpid(),
            "folder": str(self.folder),
            "persistent": self.persistent,
            "initdb": self._initdb() if initdb else None,
            "postgres": None if join else self._postgres(),
            "stop": self._stop(),
            "user": self.account.ids,
            "remove": [str(folder) for folder in remove],
        }

    def _initdb(self) -> list[str]:
        command = [self.binaries.program("initdb"), "-D", str(self.data), "-U", "postgres"]
        command += ["-E", "UTF8", "--no-instructions", "-A", "scram-sha-256", "--pwfile", str(self.folder / PASSWORD)]
        # The same on every machine. Unlike C, C.UTF-8 knows upper and lower case beyond ASCII.
        if self.binaries.major >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command += ["--locale=C.UTF-8"] if sys.platform == "linux" else ["--no-locale"]
        if self.binaries.major >= 16:
            command += ["-c", f"dynamic_shared_memory_type={DYNAMIC_MEMORY}"]
            command += ["-c", "scram_iterations=1"]  # random passwords need no more, and each connection is faster
        if not self.persistent:
            command += ["--no-sync", "--wal-segsize=1"]
            if self.binaries.major >= 18:
                command += ["--no-data-checksums"]
        return command

    def _postgres(self) -> list[str]:
        settings = self._settings()
        if sys.platform != "win32":
            program = [self.binaries.program("postgres"), "-D", str(self.data)]
            return program + [part for setting in settings for part in ("-c", setting)]
        # pg_ctl drops an administrator's rights; postgres.exe refuses to run with them.
        quoted = " ".join(f'-c "{setting}"' for setting in settings)
        return [self.binaries.program("pg_ctl"), "start", "-W", "-D", str(self.data), "-o", quoted]

    def _settings(self) -> list[str]:
        settings = [f"port={self.port}", f"dynamic_shared_memory_type={DYNAMIC_MEMORY}", *SETTINGS]
        if not self.persistent:
            settings += UNSAFE
            if self.binaries.major >= 18:
                settings += ["io_method=sync"]  # no extra processes: the data are in memory
        if self.socket_folder is None:
            return [*settings, "listen_addresses=127.0.0.1", "unix_socket_directories="]
        folder = str(self.socket_folder).replace('"', '""')
        settings += ["listen_addresses=", "unix_socket_permissions=0700"]
        return [*settings, f'unix_socket_directories="{folder}"']

    def _stop(self) -> list[str] | None:
        if sys.platform != "win32":
            return None
        mode = "fast" if self.persistent else "immediate"
        return [self.binaries.program("pg_ctl"), "stop", "-m", mode, "-D", str(self.data)]
