"""Promise 17: PostgreSQL is real, or refused with a cure."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.postgres import PostgresUnavailable, start_server


async def test_it_is_postgresql(db_session: AsyncSession) -> None:
    assert str(await db_session.scalar(text("SELECT version()"))).startswith("PostgreSQL ")


def test_where_none_can_be_had_it_is_refused_with_a_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGBIN", str(tmp_path))

    with pytest.raises(PostgresUnavailable) as refusal:
        start_server()

    assert f"PGBIN: {tmp_path}" in str(refusal.value)
    assert "Set PGBIN to the folder of PostgreSQL's programs, or unset it" in str(refusal.value)
