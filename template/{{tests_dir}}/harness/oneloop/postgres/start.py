"""Starts a server: a temporary one, for one test run, or a persistent one, for development, which processes share.

The first process starts a persistent server, later ones join it, and the last one to leave stops it. Each has a
watchdog of its own, and all watchdogs share the folder's `lock`. The `start.lock` is held exclusively while the server
starts or stops.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

from .account import choose_account
from .binaries import PROGRAMS_COPY, find_binaries
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
from .run_folder import lock_run_folder, make_run_folder, remove_run_folder, sweep
from .watchdog.file_locks import hold
from .watchdog.server_process import ServerStatus, read_status
from .watchdog_client import PostgresServer, WatchdogClient

POLL_SECONDS = 0.02


def start_server(
    *,
    data_dir: Path | None = None,
    announce: Callable[[str], None] = lambda _url: None,
    load: Callable[[Path, str], bool] = lambda _folder, _build: False,
) -> PostgresServer:
    """Start a server and return it once it accepts connections.

    With `data_dir` it is the persistent server of that folder, else a temporary one, whose URL `announce` gets early.
    `load` may put `data` of an earlier server of the same build, and their `password`, into its folder, and returns
    whether it has. The URL is the administrator's. Raises `PostgresUnavailable` when no server can be started. Any
    thread may call this: it installs no signal handler and changes nothing in this process.
    """
    return _start_temporary(announce, load) if data_dir is None else _start_persistent(data_dir.resolve())


def _start_temporary(announce: Callable[[str], None], load: Callable[[Path, str], bool]) -> PostgresServer:
    watchdog = WatchdogClient()
    folder: Path | None = None
    lock: int | None = None
    try:
        sweep()
        account = choose_account()
        binaries = find_binaries(account, variable="TEST_DATABASE_URL")
        folder = make_run_folder(account, executable=not binaries.reachable)
        lock = lock_run_folder(folder)
        loaded = load(folder, binaries.build)
        binaries = binaries.within_reach(folder)
        cluster = Cluster(folder, account, binaries, persistent=False)
        cluster.data.mkdir(mode=0o700, exist_ok=loaded)
        for path in (cluster.data, *cluster.data.rglob("*")):
            account.take(path)
        cluster = cluster.listening(cluster.data, new=not loaded)
        announce(cluster.url)
        watchdog.start_server(cluster.request(initdb=not loaded, join=False, remove=[folder]))
    except BaseException:
        if lock is not None:
            os.close(lock)
        watchdog.close()
        if folder is not None:
            remove_run_folder(folder)
        raise
    return PostgresServer(cluster.url, binaries.version, cluster.log, watchdog, lock)


def _start_persistent(folder: Path) -> PostgresServer:
    account = choose_account(folder / "data")
    cluster = Cluster(folder, account, find_binaries(account, variable=VARIABLE), persistent=True)
    make_persistent_folder(folder, account)
    watchdog = WatchdogClient()
    try:
        with _start_lock(folder):
            status = _wait_until_ready(cluster)
            initdb = status is None and prepare_data(cluster)
            socket_folder = choose_socket_folder(cluster)
            if status is not None:
                cluster = replace(cluster.listening(Path(status.socket_folder), new=False), port=status.port)
            else:
                if cluster.log.exists():
                    cluster.log.replace(cluster.log.with_suffix(".old"))
                make_socket_folder(socket_folder, cluster)
                cluster = replace(cluster, binaries=cluster.binaries.within_reach(folder))
                cluster = cluster.listening(socket_folder, new=initdb)
            # What the last one to leave removes is computed: root would remove what `postmaster.pid` names, and the
            # server's user can write that file.
            remove = [path for path in (folder / PROGRAMS_COPY, socket_folder) if path != cluster.data]
            watchdog.start_server(cluster.request(initdb=initdb, join=status is not None, remove=remove))
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
