"""The hooks: no test leaves this machine, but for one that says why."""

import os
from collections.abc import Iterable, Iterator
from contextlib import nullcontext

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ..markers import check_reasons, reason
from ..run import RUN
from ..server import VARIABLE
from .guard import NetworkGuard

MARKER = "network"
GUARD = pytest.StashKey[NetworkGuard]()


def pytest_configure(config: pytest.Config) -> None:
    """Stand on the sockets as long as the run lasts."""
    config.addinivalue_line("markers", f"{MARKER}(reason): the test may leave this machine")
    run = config.stash[RUN]
    hosts = [*config.getini("network_hosts"), *hosts_of(run.server_url or os.environ.get(VARIABLE))]
    guard = config.stash[GUARD] = NetworkGuard(run.isolation.guard, hosts)
    run.watching.enter_context(guard.installed())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse an exemption without a reason."""
    check_reasons(config, items, MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Refuse the network to the test and its fixtures, unless it is exempt."""
    guard = item.config.stash[GUARD]
    with guard.watching(item.name) if reason(item, MARKER) is None else nullcontext():
        return (yield)


def hosts_of(url: str | None) -> Iterable[str]:
    """Yield the hosts of the tests' server, which may be another machine; none if it is no URL."""
    try:
        read = make_url(url or "")
    except (ArgumentError, ValueError):
        return
    if read.host:
        yield read.host
    for given in read.normalized_query.get("host", ()):  # several servers: a:5432,b:5432
        yield from (each.partition(":")[0] for each in given.split(","))
