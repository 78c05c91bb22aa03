"""Start a server: a throw-away one for a test run, or a kept one for development."""

import os
import secrets
import shutil
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from .account import Account, choose_account
from .binaries import Binaries, find_binaries
from .cluster import PORT, Cluster, free_port
from .folders import lock_run_folder, make_run_folder, sweep
from .launch import WatchdogProcess
from .runtime import copy_runtime


class PostgresServer:
    """A running server. Stop it, or leave it to its watchdog when this process ends."""

    def __init__(
        self, url: str, version: str, watchdog: WatchdogProcess, lock: int | None = None
    ) -> None:
        self.url = url
        self.version = version
        self._watchdog: WatchdogProcess | None = watchdog
        self._lock = lock
        self._mutex = threading.Lock()

    def stop(self) -> None:
        """Stop the server and return when nothing is left of it; a second call does nothing.

        A kept server goes on for as long as another process uses it.
        """
        with self._mutex:
            watchdog, self._watchdog = self._watchdog, None
            if watchdog is None:
                return
            if self._lock is not None:
                os.close(self._lock)
            watchdog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start_server(*, data_dir: Path | None = None) -> PostgresServer:
    """Start a server and return when it answers; raise `PostgresUnavailable` when none can be had.

    Without a folder it is a throw-away server, which forgets all and is gone with this process,
    however that ends. With one it is a kept server: rows stay, and who comes second joins it.
    May be called from any thread: no signal handler is set, nothing of this process is changed.
    """
    if data_dir is not None:
        from .kept import start_kept

        return start_kept(data_dir)
    watchdog = WatchdogProcess()
    try:
        return _start_throw_away(watchdog)
    except BaseException:
        watchdog.close()
        raise


def _start_throw_away(watchdog: WatchdogProcess) -> PostgresServer:
    sweep()
    account = choose_account()
    binaries = find_binaries(account)
    folder = make_run_folder(account, executable=not binaries.reachable)
    lock = lock_run_folder(folder)
    try:
        cluster = _prepare(folder, account, binaries)
        watchdog.carry_out(cluster.order(initdb=True, join=False, remove=[folder]))
    except BaseException:
        if lock is not None:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return PostgresServer(cluster.url, binaries.version, watchdog, lock)


def _prepare(folder: Path, account: Account, binaries: Binaries) -> Cluster:
    if not binaries.reachable:
        binaries = copy_runtime(binaries, folder / "runtime")
    data = folder / "data"
    data.mkdir(mode=0o700)
    account.own(data)
    if sys.platform != "win32":
        return Cluster(folder, account, binaries, False, data, PORT)
    password = secrets.token_urlsafe(24)
    (folder / "password").write_text(password)
    return Cluster(folder, account, binaries, False, None, free_port(), password)
