"""A persistent server, for development: its rows stay, and all processes that use its folder share it.

The first process starts the server, and the last one to leave stops it: their watchdogs share the folder's `lock`.
"""

import hashlib
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

from .account import Account, choose_account, user_id
from .binaries import PROGRAMS_COPY, find_binaries
from .cluster import PASSWORD, Cluster
from .postgres_errors import PersistentFolderError, PostgresUnavailable
from .temporary import SOCKET, fits_socket
from .watchdog import START_LOCK, START_SECONDS
from .watchdog.file_locks import hold
from .watchdog.server_process import ServerStatus, read_status, remove_shared_memory
from .watchdog_client import PostgresServer, WatchdogClient

POLL_SECONDS = 0.02
VARIABLE = "DATABASE_URL"
NAME = ".postgres"
SYSTEM_FOLDER = Path("/var/lib/oneloop")
UNFINISHED = "unfinished"  # exists while the database is being created


def choose_persistent_folder(project: Path) -> Path:
    """Return `.postgres` in `project`, or a system folder if the user that runs root's server cannot enter that."""
    folder = (project := project.resolve()) / NAME
    if choose_account(folder / "data").can_enter(folder):
        return folder
    digest = hashlib.sha256(os.fsencode(project) + str(user_id()).encode()).hexdigest()[:12]
    return SYSTEM_FOLDER / f"{project.name}-{digest}"


def start_persistent(folder: Path) -> PostgresServer:
    """Start the server of this folder, or join the one that runs, and return it once it accepts connections."""
    folder = folder.resolve()
    account = choose_account(folder / "data")
    cluster = Cluster(folder, account, find_binaries(account, variable=VARIABLE), persistent=True)
    _make_folder(folder, account)
    watchdog = WatchdogClient()
    try:
        with _start_lock(folder):
            status = _wait_until_ready(cluster)
            initdb = status is None and _prepare_data(cluster)
            if status is not None:
                socket_folder = Path(status.socket_folder) if status.socket_folder else None
                cluster = replace(cluster.listening(socket_folder, new=False), port=status.port)
            else:
                if cluster.log.exists():
                    cluster.log.replace(cluster.log.with_suffix(".old"))
                cluster = replace(cluster, binaries=cluster.binaries.within_reach(folder))
                cluster = cluster.listening(cluster.data if fits_socket(cluster.data) else None, new=initdb)
            programs = folder / PROGRAMS_COPY
            watchdog.start_server(cluster.request(initdb=initdb, join=status is not None, remove=[programs]))
            (folder / UNFINISHED).unlink(missing_ok=True)
    except BaseException as error:
        watchdog.close()
        if isinstance(error, OSError):
            raise PersistentFolderError(folder, str(error)) from error
        raise
    return PostgresServer(cluster.url, cluster.binaries.version, cluster.log, watchdog)


def _start_lock(folder: Path) -> IO[str]:
    descriptor = hold(folder / START_LOCK, alone=True, seconds=START_SECONDS)
    if descriptor is None:
        problem = f"another process has been starting or stopping it for {START_SECONDS:.0f} s"
        raise PersistentFolderError(folder, problem)
    return os.fdopen(descriptor)


def _wait_until_ready(cluster: Cluster) -> ServerStatus | None:
    """Return the running server once it is ready (it may be recovering); None without a server."""
    deadline = time.monotonic() + START_SECONDS
    while (status := read_status(cluster.data)) and status.answers():
        if status.ready:
            return status
        if time.monotonic() > deadline:
            raise PersistentFolderError(cluster.folder, f"its server has not been ready for {START_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    return None


def _make_folder(folder: Path, account: Account) -> None:
    """Make the folder, ignored by git and open to the server's user."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if account.uid is not None:
            for path in missing:
                path.chmod(0o755)
        if missing:
            (folder / ".gitignore").write_text("*\n")
    except OSError as error:
        raise PersistentFolderError(folder, error.strerror or str(error)) from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise PersistentFolderError(folder, "it belongs to another user")
    if not account.can_enter(folder):
        raise PersistentFolderError(folder, f"user {account.uid}, who runs it, cannot enter it")


def _prepare_data(cluster: Cluster) -> bool:
    """Make `data` ready for a start, and return whether the database has to be created."""
    folder, data = cluster.folder, cluster.data
    if (folder / UNFINISHED).exists():
        remove_shared_memory(data, cluster.account.ids)
        shutil.rmtree(data, ignore_errors=True)
    if (version_file := data / "PG_VERSION").exists():
        if (written := version_file.read_text().strip()) != str(cluster.binaries.major):
            raise PostgresUnavailable(
                f"The database in {folder} was written by PostgreSQL {written}, and PostgreSQL "
                f"{cluster.binaries.version}, which is installed here, cannot read it. Move {folder} to another place "
                f"to start with an empty database, or install PostgreSQL {written} to dump it first."
            )
        if not (fits_socket(data) or (folder / PASSWORD).exists()):  # on a port every user could enter
            raise PersistentFolderError(folder, "its path is too long for a database without a password")
        # PostgreSQL would not start if another process had the last one's number by now. Its shared memory also guards.
        (data / "postmaster.pid").unlink(missing_ok=True)
        (data / f"{SOCKET}.lock").unlink(missing_ok=True)
        return False
    (folder / UNFINISHED).touch()
    data.mkdir(mode=0o700, exist_ok=True)
    cluster.account.take(data)
    return True
