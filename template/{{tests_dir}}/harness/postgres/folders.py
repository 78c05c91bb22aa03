"""The folder of one run: short, private, on a memory disk if there is room, and gone afterwards."""

import os
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .account import Account, user_id
from .errors import NoFolderError
from .watchdog.locks import hold
from .watchdog.order import Ids
from .watchdog.status import read_status, remove_shared_memory, send_signal

PREFIX = "oneloop-pg-"
LOCK = "lock"
MEMORY_DISK = Path("/dev/shm")  # noqa: S108  what we make in it is private
SHORT_FOLDERS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  likewise
MEMORY_DISK_BYTES = 1 << 30
NOEXEC: int = getattr(os, "ST_NOEXEC", 0)  # macOS does not tell
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103  # 107 on Linux, 103 on macOS and the BSDs
UNFINISHED_SECONDS = 60.0


def fits_socket(folder: Path) -> bool:
    """Tell whether a server's socket can be in `folder`: its path has few bytes, and no comma."""
    path = os.fsencode(folder / SOCKET)
    return len(path) <= SOCKET_PATH_BYTES and b"," not in path


def make_run_folder(account: Account, *, executable: bool) -> Path:
    """Make the folder of a new run, with its lock; `executable` if programs are copied into it."""
    looked = []
    for base in dict.fromkeys(_bases()):
        if reason := _objection(base, account, executable=executable):
            looked.append(f"{base}: {reason}")
            continue
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        if account.uid is not None:
            folder.chmod(0o711)
        return folder
    raise NoFolderError(looked)


def _bases() -> Iterator[Path]:
    if sys.platform != "win32":
        yield MEMORY_DISK
    yield Path(tempfile.gettempdir())
    if sys.platform != "win32":
        yield from SHORT_FOLDERS


def _objection(base: Path, account: Account, *, executable: bool) -> str:
    if not base.is_dir() or not os.access(base, os.W_OK | os.X_OK):
        return "cannot be written to"
    if sys.platform == "win32":
        return ""
    disk = os.statvfs(base)
    objections = {
        "has less than 1 GiB free": base == MEMORY_DISK
        and disk.f_bavail * disk.f_frsize < MEMORY_DISK_BYTES,
        "does not let programs run (noexec)": executable and disk.f_flag & NOEXEC,
        f"is closed to user {account.uid}, who runs the server": not account.reaches(base),
        "has a path that is too long for a socket, or a comma in it": not fits_socket(
            base / f"{PREFIX}12345678" / "data"
        ),
    }
    return next((reason for reason, holds in objections.items() if holds), "")


def lock_run_folder(folder: Path) -> int | None:
    """Lock a new folder as one in use; the lock file appears only when it is locked."""
    path = folder / LOCK
    if sys.platform == "win32":
        return hold(path)
    descriptor = hold(folder / "lock.new")
    (folder / "lock.new").rename(path)
    return descriptor


def sweep() -> None:
    """Remove the folders of this user's runs whose processes were all killed, and their servers."""
    for base in dict.fromkeys(_bases()):
        for folder in base.glob(f"{PREFIX}*") if base.is_dir() else ():
            with suppress(OSError):  # another run is sweeping too
                if _is_ours(folder) and _is_abandoned(folder):
                    _end_server(folder / "data")
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and user_id() in {None, status.st_uid}


def _is_abandoned(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return time.time() - folder.stat().st_mtime > UNFINISHED_SECONDS
    descriptor = hold(folder / LOCK, alone=True)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def _end_server(data: Path) -> None:
    status = read_status(data)
    if sys.platform == "win32" or status is None:
        return
    ids: Ids = {}
    if user_id() == 0:
        owner = data.lstat()
        ids = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    if status.answers():
        send_signal(status.pid, signal.SIGQUIT, ids)
    else:
        remove_shared_memory(data, ids)
