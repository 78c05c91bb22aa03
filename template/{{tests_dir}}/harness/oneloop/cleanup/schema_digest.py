"""A digest for each object of a database's schema, so that a change can be named."""

from typing import Any

# One row for each object with a name. What belongs to it, as columns, indexes and constraints do to a table, is in its
# digest. Statistics are not compared, nor the file that TRUNCATE and REFRESH replace. 16384 is the first oid that
# PostgreSQL gives to an object of a user.
DIGESTS = """
    WITH relations AS (
        SELECT * FROM pg_class
        WHERE oid >= 16384 AND relpersistence <> 't' AND relkind NOT IN ('t', 'i', 'I')
    ), parts(class, id, text) AS (
        SELECT 'pg_class'::regclass, oid, concat_ws(' ', relname, relnamespace, relkind, relowner,
            relpersistence, relacl, reloptions, relrowsecurity, relforcerowsecurity, relreplident,
            pg_get_expr(relpartbound, oid)) FROM relations
        UNION ALL SELECT 'pg_class'::regclass, attrelid, a::text
            FROM pg_attribute a JOIN relations r ON r.oid = attrelid WHERE attnum > 0
        UNION ALL SELECT 'pg_class'::regclass, adrelid, d::text
            FROM pg_attrdef d JOIN relations r ON r.oid = adrelid
        UNION ALL SELECT 'pg_class'::regclass, conrelid, c::text
            FROM pg_constraint c JOIN relations r ON r.oid = conrelid
        UNION ALL SELECT 'pg_class'::regclass, indrelid, concat_ws(' ', i.relname, x::text)
            FROM pg_index x JOIN relations r ON r.oid = indrelid
                JOIN pg_class i ON i.oid = indexrelid
        UNION ALL SELECT 'pg_class'::regclass, tgrelid, t::text
            FROM pg_trigger t JOIN relations r ON r.oid = tgrelid
        UNION ALL SELECT 'pg_class'::regclass, ev_class, w::text
            FROM pg_rewrite w JOIN relations r ON r.oid = ev_class
        UNION ALL SELECT 'pg_class'::regclass, polrelid, p::text
            FROM pg_policy p JOIN relations r ON r.oid = polrelid
        UNION ALL SELECT 'pg_class'::regclass, inhrelid, h::text
            FROM pg_inherits h JOIN relations r ON r.oid = inhrelid
        UNION ALL SELECT 'pg_class'::regclass, seqrelid, s::text
            FROM pg_sequence s JOIN relations r ON r.oid = seqrelid
        UNION ALL SELECT 'pg_type'::regclass, oid, t::text FROM pg_type t
            WHERE oid >= 16384 AND typtype IN ('e', 'd', 'r')
        UNION ALL SELECT 'pg_type'::regclass, enumtypid, e::text FROM pg_enum e
            WHERE enumtypid >= 16384
        UNION ALL SELECT 'pg_type'::regclass, contypid, c::text FROM pg_constraint c
            WHERE contypid >= 16384
        UNION ALL SELECT 'pg_proc'::regclass, p.oid, p::text
            FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
            WHERE p.oid >= 16384 AND nspname NOT LIKE 'pg\\_%'
        UNION ALL SELECT 'pg_namespace'::regclass, oid, n::text FROM pg_namespace n
            WHERE nspname NOT LIKE 'pg\\_%'
        UNION ALL SELECT 'pg_extension'::regclass, oid, e::text FROM pg_extension e
        UNION ALL SELECT 'pg_event_trigger'::regclass, oid, e::text FROM pg_event_trigger e
        UNION ALL SELECT 'pg_publication'::regclass, oid, p::text FROM pg_publication p
        UNION ALL SELECT 'pg_database'::regclass, setdatabase, s::text FROM pg_db_role_setting s
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT pg_describe_object(class, id, 0) AS name,
           md5(string_agg(text, ' ' ORDER BY text)) AS digest
    FROM parts GROUP BY class, id"""


async def read_digests(driver: Any) -> dict[str, str]:
    return {row["name"]: row["digest"] for row in await driver.fetch(DIGESTS)}


def schema_changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return a line for each object that was made, dropped or changed in between."""
    both = before.keys() & now.keys()
    changes = {
        "made": now.keys() - before.keys(),
        "dropped": before.keys() - now.keys(),
        "changed": {name for name in both if before[name] != now[name]},
    }
    return [f"{change}: {name}" for change, names in changes.items() for name in sorted(names)]
