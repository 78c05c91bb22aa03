"""Sessions that a fixture wider than a test opens: each is rolled back after a test, and then reads its rows again.

Left alone, its transaction would lock rows that are wiped, and its objects would be those of the test before.
"""

from collections.abc import Generator, Iterator
from typing import Any
from weakref import WeakSet

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.util import greenlet_spawn

from ..test_run import RUN


class WiderSessions:
    """Those that began a transaction while such a fixture was set up, and those that it gave."""

    def __init__(self) -> None:
        self.found: WeakSet[Session] = WeakSet()
        self.is_wider = False

    def began(self, session: Session, *_: object) -> None:
        if self.is_wider:
            self.found.add(session)

    def given(self, value: object) -> None:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, AsyncSession):
                self.found.add(each.sync_session)
            elif isinstance(each, Session):
                self.found.add(each)
            elif isinstance(each, scoped_session):
                self.found.add(each())
            elif isinstance(each, async_scoped_session):
                self.found.add(each().sync_session)

    async def roll_back(self) -> None:
        for session in list(self.found):
            if session.in_transaction():
                await greenlet_spawn(session.rollback)
            session.expire_all()


SESSIONS = pytest.StashKey[WiderSessions]()


def pytest_configure(config: pytest.Config) -> None:
    sessions = config.stash[SESSIONS] = WiderSessions()
    event.listen(Session, "after_begin", sessions.began)
    config.add_cleanup(lambda: event.remove(Session, "after_begin", sessions.began))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    sessions = request.config.stash[SESSIONS]
    before, sessions.is_wider = sessions.is_wider, fixturedef.scope != "function"
    try:
        value = yield
        if sessions.is_wider:
            sessions.given(value)
        return value
    finally:
        sessions.is_wider = before


@pytest.fixture(autouse=True)
def _wider_sessions(pytestconfig: pytest.Config, _after_each_test: None) -> Iterator[None]:
    # Ends after the test's other fixtures, and before its leaks are looked for.
    yield
    sessions, loop = pytestconfig.stash[SESSIONS], pytestconfig.stash[RUN].guard.loop
    if sessions.found and loop is not None and not loop.is_closed():
        loop.run_until_complete(sessions.roll_back())
