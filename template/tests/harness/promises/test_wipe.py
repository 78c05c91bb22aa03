"""Promise 2, case by case: nothing outlives a test, whatever kind of table it is in."""

from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ..guard import exempt
from ..isolation import Isolation
from ..place import Place
from ..wipe import Wiper, log
from .catalogue import KEPT, SCHEMA, driver_of, make

ODD = '"Odd ""Name"" here"'


@pytest.fixture(scope="module", params=[log.FEWEST_TABLES, 0], ids=["few", "many"])
async def place(
    request: pytest.FixtureRequest,
    _isolation: Isolation,
    _database: Place,
    kept_tables: Collection[str],
) -> AsyncIterator[Place]:
    """Give a database of this module's own, wiped as few tables are, and as many are."""
    suffix = f"{_database.suffix}_catalogue"
    kept = {*kept_tables, *KEPT}
    place = Place(_database.databases, suffix, _database.template, kept, changes=[make])
    with exempt(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "FEWEST_TABLES", request.param)
        await place.make()
    yield place
    with exempt():
        await place.drop()


@pytest.fixture(scope="module")
async def sql(place: Place) -> AsyncIterator[Any]:
    """Give a connection of asyncpg's there: another driver's, as far as the harness knows."""
    engine = create_async_engine(place.url, poolclass=NullPool)
    async with engine.connect() as connection:
        driver = driver_of(await connection.get_raw_connection())
        await driver.execute(f"SET search_path = {SCHEMA}")
        yield driver


@pytest.fixture
def wiper(place: Place) -> Wiper:
    """Give the one that wipes there."""
    assert place.wiper is not None
    return place.wiper


@pytest.mark.parametrize(
    ("tables", "insert"),
    [
        pytest.param([ODD], f"INSERT INTO {ODD} VALUES (1)", id="quoted"),
        pytest.param(["hasty"], "INSERT INTO hasty VALUES (1)", id="unlogged"),
        pytest.param(
            ["hasty", "computed"],
            "INSERT INTO hasty VALUES (1); INSERT INTO computed (n) VALUES (1)",
            id="unlogged beside another",
        ),
        pytest.param(["computed"], "INSERT INTO computed (n) VALUES (1)", id="generated"),
        pytest.param(["split"], "INSERT INTO split VALUES (1, 'a'), (2, 'b')", id="partitions"),
        pytest.param(
            ["ONLY parent", "child"],
            "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 2)",
            id="inherited",
        ),
        pytest.param(
            ["hen", "egg"],
            "INSERT INTO hen VALUES (1); INSERT INTO egg VALUES (1, 1); UPDATE hen SET egg_id = 1",
            id="foreign keys in a cycle",
        ),
        pytest.param(["ledger"], "INSERT INTO ledger VALUES (1)", id="deletes are refused"),
        pytest.param(
            ["ledger", "hen", "egg"],
            "INSERT INTO hen VALUES (1); INSERT INTO egg VALUES (1, 1);"
            "UPDATE hen SET egg_id = 1; INSERT INTO ledger VALUES (1, 1)",
            id="deletes are refused, in a cycle",
        ),
        pytest.param(["watched", "notes"], "INSERT INTO watched VALUES (1)", id="noted on delete"),
        pytest.param(["ruled"], "INSERT INTO ruled VALUES (1)", id="a rule instead of the delete"),
    ],
)
async def test_nothing_is_left(sql: Any, wiper: Wiper, tables: list[str], insert: str) -> None:
    await sql.execute(insert)
    assert [await sql.fetchval(f"SELECT count(*) FROM {table}") for table in tables[:1]] != [0]

    wiped = await wiper.wipe()

    assert (wiped.leaks, wiped.beyond) == ([], [])
    assert [await sql.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == [
        0 for _ in tables
    ]


async def test_triggers_and_rules_are_as_they_were(sql: Any, wiper: Wiper) -> None:
    states = (
        "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT rulename, ev_enabled FROM pg_rewrite ORDER BY 1, 2"
    )
    before = await sql.fetch(states)
    await sql.execute("INSERT INTO ledger VALUES (1); INSERT INTO watched VALUES (1)")

    await wiper.wipe()

    assert await sql.fetch(states) == before


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
async def test_kept_rows_are_put_back(sql: Any, wiper: Wiper, change: str) -> None:
    """Exactly, past triggers, generated columns and foreign keys from and to them."""
    whole = "SELECT (SELECT array_agg(c::text ORDER BY id) FROM {} c)"
    before = [await sql.fetchval(whole.format(name)) for name in ("countries", "cities")]
    await sql.execute(change)

    wiped = await wiper.wipe()

    assert (wiped.leaks, wiped.beyond) == ([], [])
    assert [await sql.fetchval(whole.format(name)) for name in ("countries", "cities")] == before
    for name in ("zones", "guests", "visits"):
        assert await sql.fetchval(f"SELECT count(*) FROM {name}") == 0


@pytest.mark.parametrize("how", ["", "CONCURRENTLY"], ids=["plainly", "concurrently"])
async def test_materialized_views_show_what_they_showed(sql: Any, wiper: Wiper, how: str) -> None:
    await sql.execute("INSERT INTO guests VALUES (1)")
    for name in (f"{how} tally", "twice", "later"):
        await sql.execute(f"REFRESH MATERIALIZED VIEW {name}")
    assert await sql.fetchval("SELECT doubled FROM twice") == 2

    await wiper.wipe()

    shown = "SELECT (SELECT guests FROM tally), (SELECT doubled FROM twice)"
    assert tuple(await sql.fetchrow(shown)) == (0, 0)
    populated = "SELECT relispopulated FROM pg_class WHERE oid = 'later'::regclass"
    assert not await sql.fetchval(populated)


async def test_an_emptied_materialized_view_is_filled(sql: Any, wiper: Wiper) -> None:
    await sql.execute("REFRESH MATERIALIZED VIEW tally WITH NO DATA")

    await wiper.wipe()

    assert await sql.fetchval("SELECT guests FROM tally") == 0


async def test_sequences_go_on_unless_somebody_asks(sql: Any, wiper: Wiper) -> None:
    await sql.execute("SELECT nextval('tickets'), nextval('tickets')")

    await wiper.wipe()

    assert await sql.fetchval("SELECT nextval('tickets')") == 9
    await wiper.restart_sequences()
    assert await sql.fetchval("SELECT nextval('tickets')") == 7


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("CREATE TABLE more (id int)", "made: table {}.more"),
        ("ALTER TABLE doomed ADD COLUMN name text", "changed: table {}.doomed"),
        ("ALTER TABLE doomed DISABLE TRIGGER ours", "changed: table {}.doomed"),
        ("DROP TABLE doomed", "dropped: table {}.doomed"),
    ],
    ids=["made", "altered", "a trigger", "dropped"],
)
async def test_a_changed_schema_is_named(sql: Any, wiper: Wiper, change: str, line: str) -> None:
    """It is beyond a wipe: the test that did it is told to take a database of its own."""
    await sql.execute(
        "CREATE TABLE doomed (id int); CREATE TRIGGER ours BEFORE INSERT ON doomed "
        "FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    await wiper.prepare()
    try:
        await sql.execute(change)
        wiped = await wiper.wipe(look_closer=True)
    finally:
        await sql.execute("DROP TABLE IF EXISTS doomed; DROP TABLE IF EXISTS more")
        await wiper.prepare()

    assert line.format(SCHEMA) in wiped.beyond
