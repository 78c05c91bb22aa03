"""A temporary server, for one test run: its data are removed when the run ends."""

import os
from collections.abc import Callable
from pathlib import Path

from .account import choose_account
from .binaries import find_binaries
from .cluster import Cluster
from .run_folder import lock_run_folder, make_run_folder, remove_run_folder, sweep
from .watchdog_client import PostgresServer, WatchdogClient

VARIABLE = "TEST_DATABASE_URL"


def start_temporary(announce: Callable[[str], None], load: Callable[[Path, str], bool]) -> PostgresServer:
    """Create a database in a folder of its own, and start a server on it; `announce` gets its URL before it starts."""
    watchdog = WatchdogClient()
    folder: Path | None = None
    lock: int | None = None
    try:
        sweep()
        account = choose_account()
        binaries = find_binaries(account, variable=VARIABLE)
        folder = make_run_folder(account, executable=not binaries.reachable)
        lock = lock_run_folder(folder)
        loaded = load(folder, binaries.build)
        if not binaries.reachable:
            binaries = binaries.copy_to(folder / "programs")
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
