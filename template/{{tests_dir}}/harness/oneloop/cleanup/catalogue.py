"""What a database holds: its tables, materialized views and sequences, as PostgreSQL lists them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

MIGRATIONS_TABLES = frozenset({"alembic_version"})

USERS = """
    n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')"""
# Each relation that holds rows of its own: the partitions and not their parent, the children and
# the parent of an inheritance. What is foreign, temporary or an extension's is left alone.
TABLES = f"""
    WITH obstacles(relation, deletes, lift, restore) AS (
        SELECT tgrelid, tgtype & 8 <> 0, format('DISABLE TRIGGER %I', tgname),
               format('ENABLE %sTRIGGER %I', CASE tgenabled WHEN 'A' THEN 'ALWAYS ' END, tgname)
        FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
        UNION ALL
        SELECT ev_class, ev_type = '4', format('DISABLE RULE %I', rulename),
               format('ENABLE %sRULE %I', CASE ev_enabled WHEN 'A' THEN 'ALWAYS ' END, rulename)
        FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_enabled IN ('O', 'A')
        UNION ALL
        SELECT oid, true, 'NO FORCE ROW LEVEL SECURITY', 'FORCE ROW LEVEL SECURITY'
        FROM pg_class WHERE relrowsecurity AND relforcerowsecurity
            AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
    )
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted,
           n.nspname || '.' || c.relname AS full,
           ARRAY[c.relname, n.nspname || '.' || c.relname,
                 r.relname, rn.nspname || '.' || r.relname]::text[] AS names,
           ARRAY(SELECT quote_ident(attname) FROM pg_attribute
                 WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                 ORDER BY attnum) AS columns,
           ARRAY(SELECT lift FROM obstacles WHERE relation = c.oid) AS lifts,
           ARRAY(SELECT restore FROM obstacles WHERE relation = c.oid) AS restores,
           EXISTS (SELECT FROM obstacles WHERE relation = c.oid AND deletes) AS guarded,
           c.relpersistence = 'u' AS unlogged,
           ARRAY(SELECT conrelid FROM pg_constraint
                 WHERE confrelid = c.oid AND contype = 'f') AS referrers
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid)
        JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {USERS}
    ORDER BY quoted"""
# One that shows another was made after it, so this is also the order to refresh them in.
VIEWS = f"""
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted, c.relispopulated AS populated
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'm' AND {USERS} ORDER BY c.oid"""
SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename) AS quoted,
           coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS called
    FROM pg_sequences WHERE schemaname NOT LIKE 'pg\\_%'"""


@dataclass(frozen=True)
class Table:
    """A table that holds rows of its own.

    `lifts` and `restores` are actions of ALTER TABLE for what could stand in the way: triggers,
    rules, forced row security. A table is `guarded` if one of these meets a DELETE. `referrers`
    are the tables with a foreign key to this one, by their oid.
    """

    oid: int
    quoted: str
    full: str
    names: frozenset[str]
    columns: tuple[str, ...]
    lifts: tuple[str, ...]
    restores: tuple[str, ...]
    guarded: bool
    unlogged: bool
    referrers: frozenset[int]


@dataclass(frozen=True)
class View:
    """A materialized view, and whether it was populated when the wiper looked."""

    oid: int
    quoted: str
    populated: bool


@dataclass(frozen=True)
class Catalogue:
    """The tables to be wiped, those to be kept, and the materialized views."""

    wiped: tuple[Table, ...]
    kept: tuple[Table, ...]
    views: tuple[View, ...]

    @property
    def guarded(self) -> tuple[Table, ...]:
        """The tables to be wiped that something of the user's guards against it."""
        return tuple(table for table in self.wiped if table.guarded)

    def with_referrers(self, tables: Collection[Table]) -> list[Table]:
        """Return `tables` and the kept ones that refer to them, however far away."""
        found = {table.oid: table for table in tables}
        while True:
            pointing = frozenset[int]().union(*(table.referrers for table in found.values()))
            more = [one for one in self.kept if one.oid in pointing and one.oid not in found]
            if not more:
                return list(found.values())
            found |= {table.oid: table for table in more}


def _table(row: Mapping[str, Any]) -> Table:
    return Table(
        row["oid"],
        row["quoted"],
        row["full"],
        frozenset(row["names"]),
        tuple(row["columns"]),
        tuple(row["lifts"]),
        tuple(row["restores"]),
        row["guarded"],
        row["unlogged"],
        frozenset(row["referrers"]),
    )


async def read_catalogue(driver: Any, kept: Collection[str]) -> Catalogue:
    """Read what the database holds; a table in `kept` is named with its schema or without."""
    kept = MIGRATIONS_TABLES | set(kept)
    tables = [_table(row) for row in await driver.fetch(TABLES)]
    return Catalogue(
        tuple(table for table in tables if not table.names & kept),
        tuple(table for table in tables if table.names & kept),
        tuple(View(**row) for row in await driver.fetch(VIEWS)),
    )
