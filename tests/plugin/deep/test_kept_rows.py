"""Promise 2, what the migrations have left: kept rows, views and sequences are put back."""

from typing import Any

import pytest

from oneloop.cleanup.wiper import PostgresWiper


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE countries SET name = 'Tschad' WHERE id = 1",
        "DELETE FROM countries WHERE id = 1",
        "TRUNCATE countries, cities, visits",
        "INSERT INTO countries (name) VALUES ('Oz')",
        "INSERT INTO guests VALUES (1); UPDATE countries SET guest_id = 1",
        "INSERT INTO visits VALUES (1, 1); UPDATE cities SET note = NULL",
        "INSERT INTO zones VALUES ('added to an empty one')",
        "INSERT INTO ledger VALUES (1); DELETE FROM cities WHERE id = 3",
    ],
    ids=["changed", "cascaded", "truncated", "added", "pointing", "pointed to", "empty", "none"],
)
async def test_kept_rows_are_put_back(sql: Any, wiper: PostgresWiper, change: str) -> None:
    """Exactly, past triggers, generated columns and foreign keys from and to them."""
    whole = "SELECT (SELECT array_agg(c::text ORDER BY id) FROM {} c)"
    before = [await sql.fetchval(whole.format(name)) for name in ("countries", "cities")]
    await sql.execute(change)

    wiped = await wiper.wipe()

    assert (wiped.leaks, wiped.schema_changes) == ([], [])
    assert [await sql.fetchval(whole.format(name)) for name in ("countries", "cities")] == before
    for name in ("zones", "guests", "visits"):
        assert await sql.fetchval(f"SELECT count(*) FROM {name}") == 0


@pytest.mark.parametrize("how", ["", "CONCURRENTLY"], ids=["plainly", "concurrently"])
async def test_materialized_views_show_what_they_showed(sql: Any, wiper: PostgresWiper, how: str) -> None:
    await sql.execute("INSERT INTO guests VALUES (1)")
    for name in (f"{how} tally", "twice", "later"):
        await sql.execute(f"REFRESH MATERIALIZED VIEW {name}")
    assert await sql.fetchval("SELECT doubled FROM twice") == 2

    await wiper.wipe()

    shown = "SELECT (SELECT guests FROM tally), (SELECT doubled FROM twice)"
    assert tuple(await sql.fetchrow(shown)) == (0, 0)
    populated = "SELECT relispopulated FROM pg_class WHERE oid = 'later'::regclass"
    assert not await sql.fetchval(populated)


async def test_an_emptied_materialized_view_is_filled(sql: Any, wiper: PostgresWiper) -> None:
    await sql.execute("REFRESH MATERIALIZED VIEW tally WITH NO DATA")

    await wiper.wipe()

    assert await sql.fetchval("SELECT guests FROM tally") == 0


async def test_sequences_go_on_unless_somebody_asks(sql: Any, wiper: PostgresWiper) -> None:
    await sql.execute("SELECT nextval('tickets'), nextval('tickets')")

    await wiper.wipe()

    assert await sql.fetchval("SELECT nextval('tickets')") == 9
    await wiper.restart_sequences()
    assert await sql.fetchval("SELECT nextval('tickets')") == 7
