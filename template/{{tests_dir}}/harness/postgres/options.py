"""How databases are made and servers are set: fast and forgetful, or durable."""

import os
import sys
from pathlib import Path

from .binaries import Binaries

# In memory, and for one run: what a crash would lose is lost with the run anyway. A commit still
# writes the log, which takes 0.02 ms without fsync: tests.harness.wipe.log reads it.
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
}
COMMON = {
    "max_connections": "200",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",  # a server that was killed leaves nothing in /dev/shm
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}


def initdb_command(
    binaries: Binaries, data: Path, *, kept: bool, password_file: Path | None
) -> list[str]:
    """Return the command that makes the database; its locale is the same on every machine."""
    command = [binaries.program("initdb"), "-D", str(data), "-U", "postgres", "-E", "UTF8"]
    command += ["--no-instructions", *_locale(binaries)]
    if password_file is None:
        command += ["-A", "trust"]  # the socket is in a folder that nobody else may enter
    else:
        command += ["-A", "scram-sha-256", "--pwfile", str(password_file)]
    if not kept:
        command += ["--no-sync", "--wal-segsize=1"]
        if binaries.major >= 18:
            command += ["--no-data-checksums"]
    return command


def _locale(binaries: Binaries) -> list[str]:
    # Letters beyond ASCII have upper and lower case in C.UTF-8, and not in C.
    if binaries.major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"] if sys.platform == "linux" else ["--no-locale"]


def server_settings(
    binaries: Binaries, *, kept: bool, socket_folder: Path | None, port: int
) -> dict[str, str]:
    """Return the server's settings; without a socket folder it listens on loopback."""
    settings = dict(COMMON) if kept else COMMON | FORGETFUL
    settings["port"] = str(port)
    if not kept and binaries.major >= 18:
        settings["io_method"] = "sync"  # no processes for disk reads that do not happen
    if socket_folder is None:
        return settings | {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    quoted = str(socket_folder).replace('"', '""')
    return settings | {
        "listen_addresses": "",
        "unix_socket_directories": f'"{quoted}"',
        "unix_socket_permissions": "0700",
    }


def environment() -> dict[str, str]:
    """Return the server's environment: none of the run's secrets, and no PG* variable."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
    given = {name: os.environ[name] for name in kept if name in os.environ}
    return given | {"LC_ALL": "C", "TZ": "UTC"}
