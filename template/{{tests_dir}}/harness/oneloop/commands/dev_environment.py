"""The environment of a command: what is given, and a database and a key where none are."""

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..database.database_url import DRIVER
from ..postgres import choose_persistent_folder, start_server
from .given_settings import DATABASE, SECRET, Given, check_database

COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
SECRET_BYTES = 32


def say(line: str) -> None:
    """Tell the developer; standard output is the command's."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  a command's words


@contextmanager
def development_environment(project: Path, *, aloud: bool) -> Iterator[dict[str, str]]:
    """Yield the environment for a command, with a server that runs for as long as it."""
    given = Given(project, os.environ)
    environment = dict(os.environ)
    if given[SECRET] is None:
        environment[SECRET] = secrets.token_hex(SECRET_BYTES)
    if (url := given[DATABASE]) is not None:
        check_database(url, str(given.source(DATABASE)))
        yield environment
        return
    folder = choose_persistent_folder(project)
    with start_server(data_dir=folder) as server:
        if aloud:
            say(f"Development database: PostgreSQL {server.version} in {folder}")
            say(f"To look into it: psql '{server.url}'")
        warn_of_another_major(project, server.version)
        environment[DATABASE] = server.url.replace("postgresql", DRIVER, 1)
        yield environment


def warn_of_another_major(project: Path, version: str) -> None:
    """Say it in one line when compose deploys another major version than the one that runs here."""
    compose = next((project / name for name in COMPOSE_FILES if (project / name).exists()), None)
    if compose is None:
        return
    image = re.search(r"^\s*image:\s*[\"']?\S*\bpostgres:(\d+)", compose.read_text(), re.MULTILINE)
    if image is not None and image[1] != version.split(".", maxsplit=1)[0]:
        say(
            f"Warning: the development database is PostgreSQL {version}, but {compose.name} "
            f"deploys PostgreSQL {image[1]}."
        )
