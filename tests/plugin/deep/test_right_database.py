"""Promises 12, 13 and 17: a test database, with the schema of the migrations, in a real PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.database.database_admin import is_test_database, server_url
from oneloop.database.engine_guard import EngineGuard
from oneloop.errors import InvalidURLError, Refusals, WrongDatabaseError
from oneloop.postgres import PostgresUnavailable, start_temporary


@pytest.mark.parametrize("name", ["test", "orders_test", "test_orders_1f3a_gw0", "Test-Orders"])
def test_a_database_with_the_word_test_is_a_test_database(name: str) -> None:
    assert is_test_database(name)


@pytest.mark.parametrize("name", ["orders", "contest", "testament", "latest_orders", "", None])
def test_any_other_is_not(name: str | None) -> None:
    assert not is_test_database(name)


def test_a_url_of_another_database_is_refused_without_its_password() -> None:
    with pytest.raises(WrongDatabaseError, match="names the database 'orders'") as refusal:
        server_url("postgresql://user:hunter2@db.example/orders", where="TEST_DATABASE_URL")

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["sqlite:///orders_test", "orders_test", "postgresql://localhost:port/test"]
)
def test_a_url_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidURLError, match=r"TEST_DATABASE_URL is not the URL .*\n    postgresql://user"):
        server_url(url, where="TEST_DATABASE_URL")


def test_an_engine_on_another_database_is_refused_before_it_connects() -> None:
    refusals = Refusals()
    guard = EngineGuard(refusals, run="of_no_run")
    engine = create_engine("postgresql+asyncpg://user@192.0.2.1/orders")

    with pytest.raises(WrongDatabaseError, match="whose URL is not that of the settings: it names the database 'orders'"):
        guard.check(engine)
    with pytest.raises(WrongDatabaseError, match="the database 'orders', which is not a test database"):
        refusals.raise_first()  # again at the end of the test, should a handler swallow it


async def test_it_is_postgresql(db_session: AsyncSession) -> None:
    assert str(await db_session.scalar(text("SELECT version()"))).startswith("PostgreSQL ")


def test_where_none_can_be_had_it_is_refused_with_a_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGBIN", str(tmp_path))

    with pytest.raises(PostgresUnavailable) as refusal:
        start_temporary()

    assert f"PGBIN: {tmp_path}" in str(refusal.value)
    assert "Set PGBIN to the folder of PostgreSQL's programs, or unset it" in str(refusal.value)
