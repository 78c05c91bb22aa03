"""Rendered services to look at (`emitted`), to spoil (`copied`), and the image of one (`image`)."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import copier
import pytest

from tests.brief.postgres import start_server
from tests.packaging.image import Builder, Image, unprivileged_python

Render = Callable[..., Path]
TEMPLATE = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """A rendered service, one for each set of answers, to look at only."""
    rendered: dict[tuple[tuple[str, str], ...], Path] = {}

    def emitted(**answers: str) -> Path:
        key = tuple(sorted(answers.items()))
        if key not in rendered:
            folder = tmp_path_factory.mktemp("emitted") / "service"
            copier.run_copy(
                str(TEMPLATE),
                folder,
                data=answers,
                defaults=True,
                quiet=True,
                vcs_ref="HEAD",
                settings=copier.Settings(),
            )
            rendered[key] = folder
        return rendered[key]

    return emitted


@pytest.fixture
def copied(emitted: Render, tmp_path: Path) -> Render:
    """A copy of a rendered service, to plant a bug in."""

    def copied(**answers: str) -> Path:
        return Path(shutil.copytree(emitted(**answers), tmp_path / "service"))

    return copied


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that the image's user may enter; pytest's own folders are closed to it when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="oneloop-image-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def project(emitted: Render, scratch: Path) -> Path:
    """A rendered service as its user would build it: locked, and with a secret in .env."""
    folder = Path(shutil.copytree(emitted(), scratch / "project"))
    (folder / ".env").write_text("SECRET_KEY=never-in-an-image\n")
    subprocess.run(["uv", "lock", "--quiet"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def builder(scratch: Path) -> Callable[[Path, Path], Builder]:
    """Makes a `Builder` for a project and a folder; its base image is a virtual environment with pip, without uv."""
    base = scratch / "base"
    python = unprivileged_python()
    subprocess.run(["uv", "venv", "--quiet", "--seed", "--python", python, base], check=True)
    cache = subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True)

    def builder(project: Path, folder: Path) -> Builder:
        return Builder(project, folder, base / "bin", Path(cache.stdout.strip()))

    return builder


@pytest.fixture(scope="session")
def image(project: Path, scratch: Path, builder: Callable[[Path, Path], Builder]) -> Image:
    """The last stage of the emitted Dockerfile."""
    return builder(project, scratch).build()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """An empty database on a real PostgreSQL; its socket, a test's alone by default, is opened to the image's user."""
    with start_server() as server:
        if os.geteuid() == 0:
            (socket_folder,) = parse_qs(urlsplit(server.url).query)["host"]
            Path(socket_folder).chmod(0o755)
            Path(socket_folder, ".s.PGSQL.5432").chmod(0o777)
        yield server.url
