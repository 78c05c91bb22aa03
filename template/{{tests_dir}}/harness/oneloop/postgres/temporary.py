"""A temporary server, for one test run; its folder is short, private, and in memory if there is room.

The run and its watchdog hold the folder's lock. Where it is free, the folder is abandoned: the next start removes it.
"""

import os
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .account import Account, choose_account, user_id
from .binaries import find_binaries
from .cluster import Cluster
from .postgres_errors import PostgresUnavailable
from .watchdog import LOCK
from .watchdog.file_locks import hold
from .watchdog.server_process import read_status, remove_shared_memory, send_signal
from .watchdog_client import PostgresServer, WatchdogClient

PREFIX = "oneloop-pg-"
MEMORY_DISK = Path("/dev/shm")  # noqa: S108  the folder that we make in it is private
SHORT_FOLDERS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  likewise
MEMORY_DISK_BYTES = 1 << 30
NOEXEC: int = getattr(os, "ST_NOEXEC", 0)  # macOS does not report it
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103  # 107 on Linux, 103 on macOS and the BSDs
UNFINISHED_SECONDS = 60.0


def fits_socket(folder: Path) -> bool:
    """Return whether `folder` can hold the socket: its path is short and has no comma."""
    path = os.fsencode(folder / SOCKET)
    return len(path) <= SOCKET_PATH_BYTES and b"," not in path


def start_temporary(
    *,
    announce: Callable[[str], None] = lambda _url: None,
    load: Callable[[Path, str], bool] = lambda _folder, _build: False,
    tcp: bool = False,  # on a free port of loopback instead of a socket
) -> PostgresServer:
    """Start a server in a folder of its own, and return it once it accepts connections; any thread may call this.

    `announce` gets its URL before, which is the administrator's. `load` may put `data` of an earlier server of the same
    build, and their `password`, into the folder, and returns whether it has. Raises `PostgresUnavailable`.
    """
    watchdog = WatchdogClient()
    folder: Path | None = None
    lock: int | None = None
    try:
        _sweep()
        account = choose_account()
        binaries = find_binaries(account, variable="TEST_DATABASE_URL")
        folder = _make_folder(account, executable=not binaries.reachable)
        lock = _lock(folder)
        loaded = load(folder, binaries.build)
        binaries = binaries.within_reach(folder)
        cluster = Cluster(folder, account, binaries, persistent=False)
        cluster.data.mkdir(mode=0o700, exist_ok=loaded)
        for path in (cluster.data, *cluster.data.rglob("*")):
            account.take(path)
        cluster = cluster.listening(None if tcp else cluster.data, new=not loaded)
        announce(cluster.url)
        watchdog.start_server(cluster.request(initdb=not loaded, join=False, remove=[folder]))
    except BaseException:
        if lock is not None:
            os.close(lock)
        watchdog.close()
        if folder is not None:
            _remove(folder)
        raise
    return PostgresServer(cluster.url, binaries.version, cluster.log, watchdog, lock)


def _make_folder(account: Account, *, executable: bool) -> Path:
    searched = []
    for base in _bases():
        if reason := _objection(base, account, executable=executable):
            searched.append(f"{base}: {reason}")
            continue
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        if account.uid is not None:
            folder.chmod(0o711)
        return folder
    raise PostgresUnavailable(
        "\n  - ".join(("No temporary folder can hold the server. Searched:", *searched))
        + "\nSet TMPDIR to a folder with a short path that the server's user can write to."
    )


def _bases() -> list[Path]:
    temporary = Path(tempfile.gettempdir())
    if sys.platform == "win32":
        return [temporary]
    return list(dict.fromkeys((MEMORY_DISK, temporary, *SHORT_FOLDERS)))


def _objection(base: Path, account: Account, *, executable: bool) -> str:
    if not base.is_dir() or not os.access(base, os.W_OK | os.X_OK):
        return "it cannot be written to"
    if sys.platform == "win32":
        return ""
    disk = os.statvfs(base)
    small = disk.f_bavail * disk.f_frsize < MEMORY_DISK_BYTES
    socket_folder = base / f"{PREFIX}12345678" / "data"
    objections = {
        "it has less than 1 GiB free": base == MEMORY_DISK and small,
        "it does not allow programs to run (noexec)": executable and disk.f_flag & NOEXEC,
        f"user {account.uid}, who runs the server, cannot enter it": not account.can_enter(base),
        "its path is too long for a socket, or has a comma": not fits_socket(socket_folder),
    }
    return next((reason for reason, holds in objections.items() if holds), "")


def _lock(folder: Path) -> int | None:
    """Lock a new folder. The lock file gets its name when it is locked, so no sweep takes it."""
    path = folder / LOCK
    if sys.platform == "win32":
        return hold(path)
    descriptor = hold(folder / "lock.new")
    (folder / "lock.new").rename(path)
    return descriptor


def _sweep() -> None:
    """Remove this user's abandoned folders, and stop their servers."""
    for base in _bases():
        for folder in base.glob(f"{PREFIX}*") if base.is_dir() else ():
            with suppress(OSError):  # another test run may be sweeping too
                status = folder.lstat()
                ours = stat.S_ISDIR(status.st_mode) and user_id() in {None, status.st_uid}
                if ours and _is_abandoned(folder):
                    _remove(folder)


def _is_abandoned(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return time.time() - folder.stat().st_mtime > UNFINISHED_SECONDS
    if (descriptor := hold(folder / LOCK, alone=True)) is not None:
        os.close(descriptor)
    return descriptor is not None


def _remove(folder: Path) -> None:
    """Remove a folder that has no watchdog, and stop the server that the watchdog left."""
    data = folder / "data"
    if sys.platform != "win32" and data.is_dir():
        owner = data.lstat()
        ids = Account(owner.st_uid, owner.st_gid).ids if user_id() == 0 else Account().ids
        if (status := read_status(data)) is not None and status.answers():
            send_signal(status.pid, signal.SIGQUIT, ids)
        else:
            remove_shared_memory(data, ids)
    shutil.rmtree(folder, ignore_errors=True)
