"""No test reaches another machine: pytest-socket blocks it, with the allowed hosts set here."""

import os

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ..config import CONFIG
from ..database.postgres_source import VARIABLE

THIS_MACHINE = ("127.0.0.0/8", "::1", "localhost")
MARKER = "network"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Allow this machine, the server of TEST_DATABASE_URL and the given hosts, with `--disable-socket` too."""
    hosts = (*THIS_MACHINE, *config.stash[CONFIG].allowed_hosts, *_server_hosts(), config.option.allow_hosts)
    config.option.allow_hosts = ",".join(filter(None, hosts))
    config.option.allow_unix_socket = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker(MARKER):
            item.add_marker("enable_socket")


def _server_hosts() -> list[str]:
    try:
        url = make_url(os.environ.get(VARIABLE) or "postgresql://")
    except (ArgumentError, ValueError):
        return []  # refused later, with a message of its own
    hosts = [url.host] if url.host else []
    for value in url.normalized_query.get("host", ()):  # several servers: a:5432,b:5432
        hosts += [each.partition(":")[0] for each in value.split(",") if not each.startswith("/")]
    return hosts
