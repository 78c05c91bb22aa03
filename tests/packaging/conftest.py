"""A render to spoil (`copied`), and the image of a service (`image`) with a database for it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import Rendered
from tests.packaging.image import Builder, Image, unprivileged_python
from tests.support.environment import ROOT, succeed, uv
from tests.support.shipped import start_temporary


class MakeBuilder(Protocol):
    """Make a builder for a project, in a folder of its own."""

    def __call__(self, project: Path, scratch: Path) -> Builder: ...


@pytest.fixture
def copied(rendered: Rendered, tmp_path: Path) -> Callable[..., Path]:
    """Return a copy of a render, to plant a bug in."""

    def copied(**answers: str) -> Path:
        return Path(shutil.copytree(rendered(**answers), tmp_path / "service"))

    return copied


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Return a folder that the image's user may enter; under root, pytest's own folders are closed to it."""
    with tempfile.TemporaryDirectory(prefix="oneloop-image-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def project(rendered: Rendered, scratch: Path) -> Path:
    """Return a service as its user would build it: locked, and with a secret in .env."""
    folder = Path(shutil.copytree(rendered(), scratch / "project"))
    (folder / ".env").write_text("SECRET_KEY=never-in-an-image\n")
    succeed(uv(), "lock", "--quiet", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def make_builder(scratch: Path) -> MakeBuilder:
    """Stand in for the base image with a virtual environment that has pip and no uv."""
    base = scratch / "base"
    succeed(uv(), "venv", "--quiet", "--seed", "--python", unprivileged_python(), base, cwd=ROOT)
    cache = Path(succeed(uv(), "cache", "dir", cwd=ROOT).strip())

    def make_builder(project: Path, scratch: Path) -> Builder:
        return Builder(project, scratch, base / "bin", cache)

    return make_builder


@pytest.fixture(scope="session")
def image(project: Path, scratch: Path, make_builder: MakeBuilder) -> Image:
    """Return the last stage of the emitted Dockerfile."""
    return make_builder(project, scratch).build()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Start a PostgreSQL, and open its socket, by default closed to others, to the image's user."""
    with start_temporary() as server:
        if os.geteuid() == 0:
            (folder,) = parse_qs(urlsplit(server.url).query)["host"]
            Path(folder).chmod(0o755)
            Path(folder, ".s.PGSQL.5432").chmod(0o777)
        yield server.url
