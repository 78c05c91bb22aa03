"""Promises 12, 13, 16 and 17: the database, and the ways to run."""

import asyncio

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine

from oneloop.database.postgres_source import VARIABLE, PostgresSource

from .conftest import Run, RunSuite

DRIFT = """
from sqlalchemy import MetaData, Table

Table("not_migrated", tables := MetaData())
metadata = give(tables)
"""


async def list_databases(url: URL) -> set[str]:
    engine = create_async_engine(url.set(database="postgres"))
    async with engine.connect() as connection:
        names = set(await connection.scalars(text("SELECT datname FROM pg_database")))
    await engine.dispose()
    return names


def test_promise_12_never_the_wrong_database(
    failing: Run, run: RunSuite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 12: a database that is not a test's is refused, at the start and in a test."""
    monkeypatch.setenv(VARIABLE, "postgresql://localhost/production")

    run("tests").shows("'production'", "exit status 4")
    failing.shows("WrongDatabaseError: test_another_database")


def test_promise_13_the_schema_is_the_migrations(run: RunSuite) -> None:
    """Promise 13: models that differ from what the migrations made fail, with what is missing."""
    drift = run("tests/test_checks.py", "-k", "agree or down_and_up", seam=DRIFT)

    assert [*drift.outcomes.values()] == ["failed", "failed"], drift.output
    drift.shows("DriftError", "op.create_table('not_migrated'")


def test_promise_16_the_same_result_in_any_order(
    passing: Run, run: RunSuite, source: PostgresSource
) -> None:
    """Promise 16: backwards and over a real socket the result is the same; no database is left."""
    backwards = [f"tests/test_passing.py::{name}" for name in reversed(passing.outcomes)]
    other = run("--live", *backwards)

    assert [*other.outcomes] == [*passing.outcomes][::-1]
    assert set(other.outcomes.values()) == {"passed"}, other.output
    assert asyncio.run(list_databases(source.url())) == {"postgres", "template0", "template1"}


def test_promise_17_no_database_at_hand(
    run: RunSuite, source: PostgresSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 17: an embedded server starts; without one the run fails, and no test is skipped."""
    monkeypatch.setenv(VARIABLE, "postgresql://127.0.0.1:1/test")
    unreachable = run("tests/test_passing.py")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("PGBIN", "nowhere")
    no_programs = run("tests/test_passing.py")

    assert source.embedded
    for refused, place in ((unreachable, "127.0.0.1:1/test"), (no_programs, "nowhere")):
        refused.shows("exit status 4", place)
        assert set(refused.outcomes.values()) <= {"failed"}, refused.output
