"""A temporary server, for one test run: its data are removed when the run ends."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from .account import choose_account
from .binaries import find_binaries
from .cluster import PASSWORD, Cluster
from .run_folder import lock_run_folder, make_run_folder, remove_run_folder, sweep
from .watchdog_client import PostgresServer, WatchdogClient

VARIABLE = "TEST_DATABASE_URL"
MANIFEST = "manifest"
ARCHIVE_BYTES = 512 << 20
OF_THE_PROCESS = re.compile(r"postmaster\.|\.s\.|mmap\.")  # files that belong to the running server


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


def write_archive(path: Path, folder: Path, manifest: str) -> None:
    """Archive the data of the server in `folder`; a ValueError if they are not to be archived."""
    paths = [each for each in (folder / "data").rglob("*") if not OF_THE_PROCESS.match(each.name)]
    # A recovery brings back no rows of an unlogged table.
    if any(each.match("base/*/*_init") for each in paths) or sum(each.stat().st_size for each in paths) > ARCHIVE_BYTES:
        raise ValueError(folder)
    with ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, manifest)
        for each in (folder / PASSWORD, *paths):
            archive.write(each, each.relative_to(folder))


def extract_archive(archive: ZipFile, folder: Path) -> None:
    """Extract the data and the password into the folder of a new server."""
    try:
        (folder / "data").mkdir(mode=0o700)
        (folder / PASSWORD).touch(mode=0o600)
        archive.extractall(folder)
    except BaseException:
        shutil.rmtree(folder / "data")
        raise
