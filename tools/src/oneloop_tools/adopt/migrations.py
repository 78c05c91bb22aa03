"""The migrations: alembic.ini, its env.py and its revisions."""

import configparser
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oneloop_tools.audit.sources import NEVER

from .finding import Finding

CREATE_ALL = "create_all"
DEPTH = 4  # folders below the project in which alembic.ini may be


@dataclass(frozen=True)
class Migrations:
    ini: Path
    env: Path | None
    revisions: int

    def finding(self, root: Path) -> Finding:
        return Finding(
            self.ini.relative_to(root).as_posix(), f"{self.revisions} revision{'' if self.revisions == 1 else 's'}"
        )


def find_migrations(root: Path) -> list[Migrations]:
    """Return the migrations that have a revision, those nearest to the project's folder first."""
    found = [_read(ini) for ini in _inis(root)]
    return [each for each in found if each.revisions]


def _inis(root: Path) -> Iterator[Path]:
    files = []
    for top, folders, names in os.walk(root):
        here = Path(top)
        depth = len(here.relative_to(root).parts)
        folders[:] = [each for each in folders if each not in NEVER and not each.startswith(".") and depth < DEPTH]
        files += [
            here / each
            for each in names
            if each.endswith(".ini") and "alembic" in (here / each).read_text("utf-8", "replace")
        ]
    yield from sorted(files, key=lambda file: (len(file.parts), file.name != "alembic.ini", str(file)))


def _read(ini: Path) -> Migrations:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(ini, "utf-8-sig")
    except configparser.Error:
        return Migrations(ini, None, 0)
    given = parser.get("alembic", "script_location", fallback="")
    if not given:
        return Migrations(ini, None, 0)
    place = given.replace("%(here)s", str(ini.parent))
    folder = ini.parent / place.replace(":", "/") if ":" in place else ini.parent / place
    env = folder / "env.py"
    versions = [folder / "versions", *folder.glob("versions*/*/")]
    revisions = sum(1 for each in versions if each.is_dir() for file in each.glob("*.py") if file.name != "__init__.py")
    return Migrations(ini, env if env.is_file() else None, revisions)
