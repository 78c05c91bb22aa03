"""A persistent server, for development: its rows stay, and all processes that use it share it.

The first process starts the server, later ones join it, and the last one to leave stops it. Each has a watchdog of its
own, and all watchdogs share the folder's `lock`. The `start.lock` is held exclusively while the server starts or stops.
"""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

from .account import choose_account
from .binaries import find_binaries
from .cluster import START_LOCK, START_SECONDS, Cluster
from .persistent_folder import (
    UNFINISHED,
    VARIABLE,
    choose_socket_folder,
    make_persistent_folder,
    make_socket_folder,
    prepare_data,
)
from .postgres_errors import PersistentFolderError
from .watchdog.file_locks import hold
from .watchdog.server_status import ServerStatus, read_status
from .watchdog_client import PostgresServer, WatchdogClient

POLL_SECONDS = 0.02


def start_persistent(folder: Path) -> PostgresServer:
    """Start the server of the database in `folder`, or join the one that is running there."""
    folder = folder.resolve()
    account = choose_account(folder / "data")
    binaries = find_binaries(account, variable=VARIABLE)
    cluster = Cluster(folder, account, binaries, persistent=True)
    make_persistent_folder(folder, account)
    watchdog = WatchdogClient()
    try:
        with _start_lock(folder):
            status = _wait_until_ready(cluster)
            initdb = status is None and prepare_data(cluster)
            cluster = _prepare(cluster, status, new=initdb)
            join, remove = status is not None, _beside_data(cluster)
            watchdog.start_server(cluster.request(initdb=initdb, join=join, remove=remove))
            (folder / UNFINISHED).unlink(missing_ok=True)
    except BaseException as error:
        watchdog.close()
        if isinstance(error, OSError):
            raise PersistentFolderError(folder, str(error)) from error
        raise
    return PostgresServer(cluster.url, binaries.version, cluster.log, watchdog)


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
            problem = f"its server has not been ready for {START_SECONDS:.0f} s"
            raise PersistentFolderError(cluster.folder, problem)
        time.sleep(POLL_SECONDS)
    return None


def _prepare(cluster: Cluster, status: ServerStatus | None, *, new: bool) -> Cluster:
    if status is not None:
        return replace(cluster.listening(Path(status.socket_folder), new=new), port=status.port)
    if cluster.log.exists():
        cluster.log.replace(cluster.log.with_suffix(".old"))
    if not cluster.binaries.reachable:
        copy = cluster.binaries.copy_to(cluster.folder / "programs")
        cluster = replace(cluster, binaries=copy)
    socket_folder = choose_socket_folder(cluster)
    if socket_folder != cluster.data:
        make_socket_folder(socket_folder, cluster.account)
    return cluster.listening(socket_folder, new=new)


def _beside_data(cluster: Cluster) -> list[Path]:
    """Return what the last one to leave removes: what a start put beside the data."""
    # The socket folder is computed: root would remove what `postmaster.pid` names, and the server's user can write that
    # file.
    folders = [cluster.folder / "programs", choose_socket_folder(cluster)]
    return [folder for folder in folders if folder != cluster.data]
