"""Small projects to adopt, written by the tests; each is committed, with this repository's interpreter as its own."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from oneloop_tools.adopt.finding import Finding
from oneloop_tools.adopt.investigation import Investigation
from oneloop_tools.cli import main
from tests.support.environment import clean_environment, commit_all
from tests.tools.audit.conftest import Done

DATABASE = """
import os

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
new_session = async_sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)


async def get_db():
    async with new_session() as session:
        yield session
"""
APP = """
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from notes.database import get_db

app = FastAPI()


@app.get("/notes")
async def list_notes(session: Annotated[AsyncSession, Depends(get_db)]) -> int:
    return 0


@app.get("/health")
async def health() -> str:
    return "well"
"""
TESTS = """
from fastapi.testclient import TestClient

from notes.main import app


def test_health():
    assert TestClient(app).get("/health").json() == "well"
"""
CONFTEST = 'import os\n\nos.environ.setdefault("DATABASE_URL", "postgresql+asyncpg://localhost/notes")\n'
PYPROJECT = """
[project]
name = "notes"
version = "0"
dependencies = ["fastapi", "sqlalchemy[asyncio]", "asyncpg"]

[tool.pytest.ini_options]
pythonpath = ["."]
testpaths = ["tests"]
"""
NOTES: Mapping[str, str] = {
    "notes/__init__.py": "",
    "notes/database.py": DATABASE,
    "notes/main.py": APP,
    "tests/conftest.py": CONFTEST,
    "tests/test_notes.py": TESTS,
    "pyproject.toml": PYPROJECT,
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Adopting:
    """A project, and the command on it."""

    root: Path

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files, or delete those without a text."""
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text, "utf-8")

    def adopt(self, *arguments: str, typed: str | None = None, **variables: str) -> Done:
        """Run the command in this process, on the interpreter that this repository has.

        With `typed` there is a terminal, in which a user types this.
        """
        stdout, stderr = io.StringIO(), io.StringIO()
        stdin = Terminal(typed) if typed is not None else io.StringIO()
        command = ["adopt", str(self.root), "--python", sys.executable, *arguments]
        with (
            patch.dict(os.environ, clean_environment(variables), clear=True),
            patch.object(sys, "stdin", stdin),
            redirect_stdout(stdout),
            redirect_stderr(stderr),
        ):
            status = main(command)
        return Done(status, stdout.getvalue(), stderr.getvalue())

    def look(self, **given: str) -> Investigation:
        """Return an investigation that asks nobody."""
        return Investigation(self.root, self.root, given, Path(sys.executable), refuse_to_answer)

    def content(self) -> dict[str, bytes]:
        """Return every file with its content, except for git's own."""
        files = (path for path in self.root.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}


def refuse_to_answer(what: str, option: str, _example: str, choices: list[Finding]) -> str:
    raise AssertionError(f"{what} was asked for by --{option}, with {[each.value for each in choices]}")


Project = Callable[..., Adopting]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Write the files of `notes`, changed by others, and commit them."""

    def project(changes: Mapping[str, str | None] | None = None, files: Mapping[str, str] = NOTES) -> Adopting:
        made = Adopting(tmp_path / "notes-service")
        made.root.mkdir()
        made.write(files)
        made.write(changes or {})
        commit_all(made.root, "Start")
        return made

    return project


def path_without(*programs: str) -> str:
    """Return a PATH that has none of these programs."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(f for f in folders if not any((Path(f) / each).exists() for each in programs))
