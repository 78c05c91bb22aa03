"""A server for development: its rows stay, and every process that wants it shares one.

Whoever comes first starts it, whoever comes later joins it, and whoever leaves last stops it: each
has a watchdog of its own, which holds the folder's `lock` together with the others. The folder's
`start.lock` is held alone while the server starts and while it stops.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .account import choose_account
from .binaries import find_binaries
from .cluster import START_LOCK, START_SECONDS, Cluster, free_port
from .errors import KeptFolderError
from .kept_folder import (
    UNFINISHED,
    choose_socket_folder,
    keep_last_log,
    make_kept_folder,
    make_socket_folder,
    password_of,
    prepare_data,
)
from .launch import WatchdogProcess
from .runtime import copy_runtime
from .server import PostgresServer
from .watchdog.locks import hold
from .watchdog.order import Order
from .watchdog.status import Status, read_status

POLL_SECONDS = 0.02


def start_kept(folder: Path) -> PostgresServer:
    """Start the server of the database in `folder`, or join the one that runs there."""
    folder = folder.resolve()
    account = choose_account(folder / "data")
    cluster = Cluster(folder, account, find_binaries(account, instead="DATABASE_URL"), kept=True)
    make_kept_folder(folder, account)
    watchdog = WatchdogProcess()
    try:
        with _start_lock(folder):
            running = _running(cluster)
            cluster, order = _start(cluster) if running is None else _join(cluster, running)
            watchdog.carry_out(order)
            (folder / UNFINISHED).unlink(missing_ok=True)
    except BaseException as error:
        watchdog.close()
        if isinstance(error, OSError):
            raise KeptFolderError(folder, str(error)) from error
        raise
    return PostgresServer(cluster.url, cluster.binaries.version, cluster.log, watchdog)


@contextmanager
def _start_lock(folder: Path) -> Iterator[None]:
    descriptor = hold(folder / START_LOCK, alone=True, seconds=START_SECONDS)
    if descriptor is None:
        raise KeptFolderError(
            folder, f"another process has been starting or stopping it for {START_SECONDS:.0f} s"
        )
    try:
        yield
    finally:
        os.close(descriptor)


def _running(cluster: Cluster) -> Status | None:
    """Return the server that answers, once it is ready: one that recovers takes its time."""
    deadline = time.monotonic() + START_SECONDS
    while (status := read_status(cluster.data)) and status.answers():
        if status.ready:
            return status
        if time.monotonic() > deadline:
            raise KeptFolderError(
                cluster.folder, f"its server has not been ready for {START_SECONDS:.0f} s"
            )
        time.sleep(POLL_SECONDS)
    return None


def _join(cluster: Cluster, running: Status) -> tuple[Cluster, Order]:
    if sys.platform == "win32":
        cluster = replace(cluster, port=running.port, password=password_of(cluster))
    else:
        cluster = replace(cluster, socket_folder=Path(running.socket_folder), port=running.port)
    return cluster, _order(cluster, initdb=False, join=True)


def _start(cluster: Cluster) -> tuple[Cluster, Order]:
    initdb = prepare_data(cluster)
    keep_last_log(cluster)
    if not cluster.binaries.reachable:
        copy = copy_runtime(cluster.binaries, cluster.folder / "runtime")
        cluster = replace(cluster, binaries=copy)
    if sys.platform == "win32":
        cluster = replace(cluster, port=free_port(), password=password_of(cluster))
    else:
        socket_folder = choose_socket_folder(cluster)
        if socket_folder != cluster.data:
            make_socket_folder(socket_folder, cluster.account)
        cluster = replace(cluster, socket_folder=socket_folder)
    return cluster, _order(cluster, initdb=initdb, join=False)


def _order(cluster: Cluster, *, initdb: bool, join: bool) -> Order:
    # Who leaves last removes what a start put beside the data. What a running server says of its
    # folder is not taken on trust here: its user can write that, and root would remove it.
    remove = [cluster.folder / "runtime"]
    if (socket_folder := choose_socket_folder(cluster)) != cluster.data:
        remove.append(socket_folder)
    return cluster.order(initdb=initdb, join=join, remove=remove)
