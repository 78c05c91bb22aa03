"""What a database holds: its tables, materialized views and sequences, as PostgreSQL lists them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

MIGRATIONS_TABLES = frozenset({"alembic_version"})
LIFT_ROW_SECURITY = "NO FORCE ROW LEVEL SECURITY"
# Neither PostgreSQL's own nor an extension's.
USERS = """
    n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')"""
# Each relation with rows of its own, such as a partition but not its parent; no foreign and no temporary table.
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
        SELECT oid, true, '{LIFT_ROW_SECURITY}', 'FORCE ROW LEVEL SECURITY'
        FROM pg_class WHERE relforcerowsecurity AND pg_has_role(relowner, 'USAGE') AND row_security_active(oid)
    )
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted,
           n.nspname || '.' || c.relname AS full,
           ARRAY[c.relname, n.nspname || '.' || c.relname, r.relname, rn.nspname || '.' || r.relname]::text[] AS names,
           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
           ARRAY(SELECT lift FROM obstacles WHERE relation = c.oid) AS lifts,
           ARRAY(SELECT restore FROM obstacles WHERE relation = c.oid) AS restores,
           EXISTS (SELECT FROM obstacles WHERE relation = c.oid AND deletes) AS guarded,
           row_security_active(c.oid) OR NOT has_table_privilege(c.oid, 'SELECT')
               OR NOT has_table_privilege(c.oid, 'DELETE') AS protected,
           ARRAY(SELECT conrelid FROM pg_constraint WHERE confrelid = c.oid AND contype = 'f') AS referrers
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid)
        JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {USERS}
    ORDER BY quoted"""
# A view is newer than the views that it reads, so they are refreshed in the order of their oids.
VIEWS = f"""
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted, c.relispopulated AS populated
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'm' AND {USERS} ORDER BY c.oid"""
SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename) AS name,
           coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS called
    FROM pg_sequences WHERE schemaname NOT LIKE 'pg\\_%'"""


@dataclass(frozen=True)
class Table:
    oid: int
    quoted: str
    full: str
    names: Collection[str]  # by which `kept_tables` may name it
    columns: str | None
    lifts: Collection[str]  # actions of ALTER TABLE against what could prevent a wipe: triggers, rules, row security
    restores: Collection[str]  # the actions that undo them
    guarded: bool  # one of these meets a DELETE
    protected: bool  # the current role may not see and delete every row
    referrers: Collection[int]  # the oids of the tables with a foreign key to this one

    @property
    def may_hide_rows(self) -> bool:
        return LIFT_ROW_SECURITY in self.lifts


@dataclass(frozen=True)
class View:
    oid: int
    quoted: str
    populated: bool  # after the migrations


class Sequence(NamedTuple):
    name: str  # quoted
    value: int
    called: bool  # whether the value was used


@dataclass(frozen=True)
class Catalogue:
    guarded: list[Table]
    unguarded: list[Table]
    kept: list[Table]
    views: list[View]

    @property
    def wiped(self) -> list[Table]:
        return [*self.guarded, *self.unguarded]

    def with_referrers(self, tables: Collection[Table]) -> list[Table]:
        found = list(tables)
        while more := [
            table for table in self.kept if table not in found and any(table.oid in each.referrers for each in found)
        ]:
            found += more
        return found


async def read_catalogue(driver: Any, kept: Collection[str]) -> Catalogue:
    kept = MIGRATIONS_TABLES.union(kept)
    tables = [Table(**row) for row in await driver.fetch(TABLES)]
    wiped = [table for table in tables if kept.isdisjoint(table.names)]
    return Catalogue(
        guarded=[table for table in wiped if table.guarded],
        unguarded=[table for table in wiped if not table.guarded],
        kept=[table for table in tables if not kept.isdisjoint(table.names)],
        views=[View(**row) for row in await driver.fetch(VIEWS)],
    )
