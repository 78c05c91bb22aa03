"""A service whose commands can be run, in a folder that the server's user can enter."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.service import Service, make_service
from tests.postgres.conftest import open_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that every user can enter, as a project's often is; pytest's is private."""
    with open_folder() as path:
        yield path


@pytest.fixture
def service(folder: Path) -> Service:
    return make_service(folder / "service")


@pytest.fixture
def root() -> None:
    if os.geteuid() != 0:
        pytest.skip("this test is about root, and this is not root")
