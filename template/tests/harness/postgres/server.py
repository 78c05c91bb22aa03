"""One server: a Unix socket in a folder of its own, and a watchdog that ends it with us."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from .account import Account, choose_account
from .binaries import PostgresUnavailable, find_binaries, version_of

DEADLINE_SECONDS = 30.0
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  the folder made in it is private
SHARED_MEMORY_NEEDED = 1 << 30
TEMPORARY = Path("/tmp")  # noqa: S108  a socket's path has 107 bytes, and TMPDIR may be long
READY = "ready"
SOCKET_FOLDER_LINE = 4

COMMON = {"listen_addresses": "", "max_connections": "200", "jit": "off"}
# A test's rows need not outlive the machine.
THROW_AWAY = {
    **COMMON,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    # In the data folder, so that a server that was killed leaves no segment in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "log_min_messages": "warning",
}
# The shell is the parent of postgres and waits on a pipe that this process holds: when we end,
# also by SIGKILL, the pipe closes, and the server goes with all its folders.
WATCHDOG = """
"$PG_BIN/postgres" "$@" >"$PG_FOLDER/log" 2>&1 </dev/null & server=$!
read -r _
kill "-$PG_SIGNAL" $server; wait $server
rm -rf "$PG_FOLDER" "$PG_REMOVE"
"""


class PostgresServer:
    """A server that runs; `url` is libpq's form, without a driver."""

    def __init__(
        self, socket_folder: Path, version: str, watchdog: "subprocess.Popen[bytes] | None"
    ) -> None:
        self.url = f"postgresql://postgres@/postgres?host={socket_folder}"
        self.version = version
        self._watchdog = watchdog

    def stop(self) -> None:
        """End the server and remove what it leaves; one that was joined stays. Idempotent."""
        if self._watchdog is None or self._watchdog.stdin is None:
            return
        self._watchdog.stdin.close()
        self._watchdog.wait(DEADLINE_SECONDS)
        self._watchdog = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_server(*, data_dir: Path | None = None) -> PostgresServer:
    """Start a server and return when it answers; raise `PostgresUnavailable` with the cure.

    Without `data_dir` it is thrown away: no durability, gone with this process even when that is
    killed. With one it is kept: durable, and joined where it runs already.
    """
    binaries = find_binaries()
    version = version_of(binaries)
    if data_dir is not None:
        joined = _running_socket_folder(data_dir)
        if joined is not None:
            return PostgresServer(joined, version, None)
    account = choose_account()
    parent = TEMPORARY if TEMPORARY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="oneloop-", dir=parent))
    kept = data_dir is not None
    data = data_dir if data_dir is not None else _memory_folder() or folder / "data"
    try:
        binaries = account.reachable(binaries, folder)
        account.give(folder)
        if not (data / "PG_VERSION").exists():
            _initialise(binaries, data, account)
        _check_version(data, version)
        watchdog = _launch(binaries, data, folder, account, kept=kept)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if not kept:
            shutil.rmtree(data, ignore_errors=True)
        raise
    server = PostgresServer(folder, version, watchdog)
    _await_ready(data, folder, server)
    return server


def _memory_folder() -> Path | None:
    try:
        if shutil.disk_usage(SHARED_MEMORY).free < SHARED_MEMORY_NEEDED:
            return None
        return Path(tempfile.mkdtemp(prefix="oneloop-", dir=SHARED_MEMORY))
    except OSError:
        return None


def _environment(binaries: Path) -> dict[str, str]:
    return {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "PG_BIN": str(binaries)}


def _initialise(binaries: Path, data: Path, account: Account) -> None:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    account.give(data)
    # UTF-8 text, sorted by code point as production's C.UTF-8 does; no password behind the socket.
    flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
    flags += ["--no-sync", "--no-instructions"]
    done = subprocess.run(  # noqa: S603  a program that find_binaries found
        [binaries / "initdb", "-D", data, *flags],
        capture_output=True,
        text=True,
        cwd="/",
        env=_environment(binaries),
        check=False,
        timeout=DEADLINE_SECONDS,
        **account.options(),
    )
    if done.returncode != 0:
        message = f"initdb failed in {data}:\n{(done.stdout + done.stderr)[-2000:]}"
        raise PostgresUnavailable(message)


def _check_version(data: Path, version: str) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    if found != version.split(".", maxsplit=1)[0]:
        message = (
            f"{data} was made by PostgreSQL {found}, and this is {version}. "
            "Delete that folder to start anew, or install the version that made it."
        )
        raise PostgresUnavailable(message)


def _launch(
    binaries: Path, data: Path, folder: Path, account: Account, *, kept: bool
) -> "subprocess.Popen[bytes]":
    settings = {**(COMMON if kept else THROW_AWAY), "unix_socket_directories": str(folder)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return subprocess.Popen(  # noqa: S603  our own script
        ["/bin/sh", "-c", WATCHDOG, "sh", "-D", str(data), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={
            **_environment(binaries),
            "PG_FOLDER": str(folder),
            "PG_REMOVE": str(folder if kept else data),
            "PG_SIGNAL": "INT" if kept else "QUIT",
        },
        start_new_session=True,  # Ctrl-C is pytest's: its teardown still needs the server
        **account.options(),
    )


def _await_ready(data: Path, folder: Path, server: PostgresServer) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    log = folder / "log"
    while time.monotonic() < deadline:
        if _running_socket_folder(data) == folder:
            return
        if log.exists() and "FATAL:" in log.read_text(errors="replace"):
            break
        time.sleep(0.005)
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else "(it wrote no log)"
    server.stop()
    message = f"PostgreSQL did not start in {data}. It says:\n{tail}"
    raise PostgresUnavailable(message)


def _running_socket_folder(data: Path) -> Path | None:
    # postmaster.pid: the process on line 1, the socket's folder on line 5, the state on the last.
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        if lines[-1].strip() != READY:
            return None
        os.kill(int(lines[0]), 0)
        return Path(lines[SOCKET_FOLDER_LINE])
    except PermissionError:
        return Path(lines[SOCKET_FOLDER_LINE])
    except (OSError, ValueError, IndexError):
        return None
