"""A server for one run: it forgets all, and is gone with the run."""

import os
import secrets
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from .account import Account, choose_account
from .binaries import Binaries, find_binaries
from .cluster import Cluster, free_port
from .folders import lock_run_folder, make_run_folder, sweep
from .launch import WatchdogProcess
from .runtime import copy_runtime
from .server import PostgresServer


def start_throw_away() -> PostgresServer:
    """Make a database in a folder of its own, and start a server on it."""
    watchdog = WatchdogProcess()
    try:
        sweep()
        account = choose_account()
        binaries = find_binaries(account, instead="TEST_DATABASE_URL")
        folder = make_run_folder(account, executable=not binaries.reachable)
        lock = lock_run_folder(folder)
    except BaseException:
        watchdog.close()
        raise
    try:
        cluster = _prepare(folder, account, binaries)
        watchdog.carry_out(cluster.order(initdb=True, join=False, remove=[folder]))
    except BaseException:
        if lock is not None:
            os.close(lock)
        watchdog.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return PostgresServer(cluster.url, binaries.version, cluster.log, watchdog, lock)


def _prepare(folder: Path, account: Account, binaries: Binaries) -> Cluster:
    if not binaries.reachable:
        binaries = copy_runtime(binaries, folder / "runtime")
    cluster = Cluster(folder, account, binaries, kept=False)
    cluster.data.mkdir(mode=0o700)
    account.own(cluster.data)
    if sys.platform != "win32":
        return replace(cluster, socket_folder=cluster.data)
    password = secrets.token_urlsafe(24)
    cluster.password_file.write_text(password)
    return replace(cluster, port=free_port(), password=password)
