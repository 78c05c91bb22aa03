"""A digest for each object of a database's schema, so that a change can be named."""

from typing import Any

# What belongs to a relation, and the column with the relation's oid.
PARTS = {
    "(SELECT * FROM pg_attribute WHERE attnum > 0)": "attrelid",
    "(SELECT relname, x.* FROM pg_index x JOIN pg_class i ON i.oid = indexrelid)": "indrelid",
    "pg_attrdef": "adrelid",
    "pg_constraint": "conrelid",
    "pg_trigger": "tgrelid",
    "pg_rewrite": "ev_class",
    "pg_policy": "polrelid",
    "pg_inherits": "inhrelid",
    "pg_sequence": "seqrelid",
}
OF_RELATIONS = "\n".join(
    f"UNION ALL SELECT 'pg_class'::regclass, {oid}, part::text FROM {name} AS part JOIN relations r ON r.oid = {oid}"
    for name, oid in PARTS.items()
)
OTHERS = "cast collation default_acl event_trigger extension operator publication statistic_ext ts_config ts_dict"
OF_OTHERS = "\n".join(
    f"UNION ALL SELECT 'pg_{name}'::regclass, oid, each::text FROM pg_{name} AS each WHERE oid >= 16384"
    for name in OTHERS.split()
)
# One row for each named object, without what TRUNCATE and REFRESH replace. 16384 is the first oid of a user's object.
DIGESTS = f"""
    WITH relations AS (
        SELECT * FROM pg_class WHERE oid >= 16384 AND relpersistence <> 't' AND relkind NOT IN ('t', 'i', 'I')
    ), parts(class, id, text) AS (
        SELECT 'pg_class'::regclass, oid, concat_ws(' ', relname, relnamespace, relkind, relowner,
            relpersistence, relacl, reloptions, relrowsecurity, relforcerowsecurity, relreplident,
            pg_get_expr(relpartbound, oid)) FROM relations
        {OF_RELATIONS}
        UNION ALL SELECT 'pg_type'::regclass, oid, t::text FROM pg_type t
            WHERE oid >= 16384 AND typtype IN ('e', 'd', 'r')
        UNION ALL SELECT 'pg_type'::regclass, enumtypid, e::text FROM pg_enum e WHERE enumtypid >= 16384
        UNION ALL SELECT 'pg_type'::regclass, contypid, c::text FROM pg_constraint c WHERE contypid >= 16384
        UNION ALL SELECT 'pg_proc'::regclass, p.oid, p::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
            WHERE p.oid >= 16384 AND nspname NOT LIKE 'pg\\_%'
        UNION ALL SELECT 'pg_namespace'::regclass, oid, n::text FROM pg_namespace n WHERE nspname NOT LIKE 'pg\\_%'
        {OF_OTHERS}
        UNION ALL SELECT classoid, objoid, d::text FROM pg_description d WHERE objoid >= 16384
        UNION ALL SELECT 'pg_database'::regclass, setdatabase, s::text FROM pg_db_role_setting s
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT pg_describe_object(class, id, 0) AS name, md5(string_agg(text, ' ' ORDER BY text)) AS digest
    FROM parts GROUP BY class, id"""


async def read_digests(driver: Any) -> dict[str, str]:
    return {row["name"]: row["digest"] for row in await driver.fetch(DIGESTS)}


def schema_changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    both = before.keys() & now.keys()
    changes = {
        "made": now.keys() - before.keys(),
        "dropped": before.keys() - now.keys(),
        "changed": {name for name in both if before[name] != now[name]},
    }
    return [f"{change}: {name}" for change, names in changes.items() for name in sorted(names)]
