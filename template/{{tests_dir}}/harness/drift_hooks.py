"""Drift that breaks tests is told by the first of them, and the run stops: each other would too."""

import asyncio
import logging
import re
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from .databases import Databases
from .diagnosis import diagnose
from .diagnosis.connections import MISSING
from .diagnosis.report import LOGGED
from .drift import DriftError, missing_steps
from .fixtures.database import TEMPLATE
from .guard import exempt
from .run import RUN
from .sqlite import Files

BREAKS = re.compile(r"op\.(?:add_column|create_table)\(")
ASKED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Compare models and migrations when a table or column is missing, once in a run.

    At the start of each run the comparison would cost more than many a test.
    """
    report = yield
    if call.when == "teardown" or call.excinfo is None or ASKED in item.config.stash:
        return report
    if MISSING in (*item.stash[LOGGED].families, *diagnose(call.excinfo.value)):
        item.config.stash[ASKED] = True
        metadata = item._request.getfixturevalue("metadata")  # type: ignore[attr-defined]  # noqa: SLF001  as plugins do
        steps = _in_thread(item.config.stash[RUN].databases(), metadata)
        if BREAKS.search(steps):
            report.sections.append(
                ("The models and the migrations disagree", str(DriftError(steps)))
            )
            item.session.shouldfail = "The models and the migrations disagree: see above."
    return report


def _in_thread(databases: Databases | Files, metadata: MetaData) -> str:
    # A copy of its own: the test may have changed its database, and nobody may be connected to
    # the template while another worker copies it.
    suffix = f"{databases.worker}_drift"

    async def compare() -> str:
        with exempt(), _quiet():
            await databases.clone(suffix, TEMPLATE)
            engine = create_async_engine(databases.url(suffix), poolclass=NullPool)
            try:
                async with engine.connect() as connection:
                    return await connection.run_sync(missing_steps, metadata)
            finally:
                await databases.drop(suffix)

    with ThreadPoolExecutor(1, thread_name_prefix="harness-drift") as thread:
        return thread.submit(asyncio.run, compare()).result()


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("alembic")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
