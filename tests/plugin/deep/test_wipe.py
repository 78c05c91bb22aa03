"""Promise 2, case by case: nothing outlives a test, whatever kind of table it is in."""

from typing import Any

import pytest

from oneloop.cleanup.wiper import PostgresWiper
from tests.deep.catalogue import SCHEMA

ODD = '"Odd ""Name"" here"'


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
async def test_nothing_is_left(sql: Any, wiper: PostgresWiper, tables: list[str], insert: str) -> None:
    await sql.execute(insert)
    assert [await sql.fetchval(f"SELECT count(*) FROM {table}") for table in tables[:1]] != [0]

    wiped = await wiper.wipe()

    assert (wiped.leaks, wiped.schema_changes) == ([], [])
    assert [await sql.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == [
        0 for _ in tables
    ]


async def test_triggers_and_rules_are_as_they_were(sql: Any, wiper: PostgresWiper) -> None:
    states = (
        "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT rulename, ev_enabled FROM pg_rewrite ORDER BY 1, 2"
    )
    before = await sql.fetch(states)
    await sql.execute("INSERT INTO ledger VALUES (1); INSERT INTO watched VALUES (1)")

    await wiper.wipe()

    assert await sql.fetch(states) == before


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("CREATE TABLE more (id int)", "made: table {}.more"),
        ("ALTER TABLE doomed ADD COLUMN name text", "changed: table {}.doomed"),
        ("ALTER TABLE doomed DISABLE TRIGGER ours", "changed: table {}.doomed"),
        ("ALTER TABLE doomed DISABLE TRIGGER ALL", "changed: table {}.doomed"),
        ("DROP TABLE doomed", "dropped: table {}.doomed"),
    ],
    ids=["made", "altered", "a trigger", "foreign keys off", "dropped"],
)
async def test_a_changed_schema_is_named(sql: Any, wiper: PostgresWiper, change: str, line: str) -> None:
    """It is beyond a wipe: the test that did it is told to take a database of its own."""
    await sql.execute(
        "CREATE TABLE doomed (id int); CREATE TRIGGER ours BEFORE INSERT ON doomed "
        "FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    await wiper.prepare()
    try:
        await sql.execute(change)
        wiped = await wiper.wipe(compare_schema=True)
    finally:
        await sql.execute("DROP TABLE IF EXISTS doomed; DROP TABLE IF EXISTS more")
        await wiper.prepare()

    assert line.format(SCHEMA) in wiped.schema_changes


PRIVILEGES = "ALTER DEFAULT PRIVILEGES {} SELECT ON TABLES {} PUBLIC"


@pytest.mark.parametrize(
    ("change", "undo", "line"),
    [
        ("COMMENT ON TABLE hen IS 'odd'", "COMMENT ON TABLE hen IS NULL", "changed: table"),
        ("CREATE COLLATION odd FROM \"C\"", "DROP COLLATION odd", "made: collation"),
        ("CREATE STATISTICS odd ON id, egg_id FROM hen", "DROP STATISTICS odd", "made: statistics"),
        (
            "CREATE TEXT SEARCH CONFIGURATION odd (COPY = simple)",
            "DROP TEXT SEARCH CONFIGURATION odd",
            "made: text search configuration",
        ),
        (
            "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
            "DROP OPERATOR === (int, int)",
            "made: operator",
        ),
        (
            PRIVILEGES.format("GRANT", "TO"),
            PRIVILEGES.format("REVOKE", "FROM"),
            "made: default privileges",
        ),
    ],
    ids=["comment", "collation", "statistics", "text search", "operator", "privileges"],
)
async def test_a_changed_object_of_any_kind_is_named(
    sql: Any, wiper: PostgresWiper, change: str, undo: str, line: str
) -> None:
    await sql.execute(change)
    try:
        wiped = await wiper.wipe(compare_schema=True)
    finally:
        await sql.execute(undo)
        await wiper.prepare()

    assert [each for each in wiped.schema_changes if each.startswith(line)] == wiped.schema_changes
    assert wiped.schema_changes


async def test_a_prepared_transaction_is_named_and_ended(sql: Any, wiper: PostgresWiper) -> None:
    await sql.execute("BEGIN; INSERT INTO computed (n) VALUES (1); PREPARE TRANSACTION 'paid'")

    leaks = [(await wiper.wipe()).leaks for _ in range(2)]

    assert leaks == [["a transaction, prepared after: \"PREPARE TRANSACTION 'paid'\""], []]
