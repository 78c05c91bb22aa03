"""A schema of what catalogues hold and few services do, for the promises about the wipe."""

from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

SCHEMA = "oneloop_catalogue"
KEPT = ("oneloop_catalogue.countries", "oneloop_catalogue.cities", "oneloop_catalogue.zones")

SCRIPT = """
CREATE SCHEMA oneloop_catalogue;
SET search_path = oneloop_catalogue;

CREATE TABLE "Odd ""Name"" here" (id int);
CREATE UNLOGGED TABLE hasty (id int);
CREATE TABLE computed (
    id int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (n * 2) STORED, n int
);

CREATE TABLE split (id int, part text) PARTITION BY LIST (part);
CREATE TABLE split_a PARTITION OF split FOR VALUES IN ('a');
CREATE TABLE split_rest PARTITION OF split DEFAULT PARTITION BY LIST (part);
CREATE TABLE split_rest_b PARTITION OF split_rest FOR VALUES IN ('b');

CREATE TABLE parent (id int);
CREATE TABLE child (more int) INHERITS (parent);

CREATE TABLE hen (id int PRIMARY KEY, egg_id int);
CREATE TABLE egg (id int PRIMARY KEY, hen_id int REFERENCES hen ON DELETE RESTRICT);
ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'rows of % stay', TG_TABLE_NAME; END $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO oneloop_catalogue.notes VALUES (TG_OP); RETURN NULL; END $$;
CREATE TABLE notes (what text);
CREATE TABLE ledger (id int, hen_id int REFERENCES hen);
CREATE TRIGGER append_only BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER append_only_all BEFORE DELETE ON ledger EXECUTE FUNCTION refuse();
ALTER TABLE ledger ENABLE ALWAYS TRIGGER append_only_all;
CREATE TABLE watched (id int PRIMARY KEY, hen_id int REFERENCES hen);
CREATE TRIGGER noted AFTER DELETE ON watched FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER unused BEFORE DELETE ON watched FOR EACH ROW EXECUTE FUNCTION refuse();
ALTER TABLE watched DISABLE TRIGGER unused;
CREATE TRIGGER noted AFTER DELETE ON split FOR EACH ROW EXECUTE FUNCTION note();
CREATE TABLE ruled (id int);
CREATE RULE stay AS ON DELETE TO ruled DO INSTEAD NOTHING;

CREATE TABLE zones (name text);
CREATE TABLE guests (id int PRIMARY KEY, name text);
CREATE TABLE countries (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE,
    shout text GENERATED ALWAYS AS (upper(name)) STORED,
    guest_id int REFERENCES guests, capital_id int
);
CREATE TABLE cities (
    id int PRIMARY KEY, country_id int REFERENCES countries ON DELETE CASCADE, note json
);
ALTER TABLE countries ADD FOREIGN KEY (capital_id) REFERENCES cities DEFERRABLE INITIALLY DEFERRED;
INSERT INTO countries (name) VALUES ('Chad'), ('Peru');
INSERT INTO cities VALUES (1, 1, '{"a": 1}'), (2, 2, NULL);
UPDATE countries SET capital_id = id;
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.name := 'spoilt ' || NEW.name; RETURN NEW; END $$;
CREATE TRIGGER spoilt BEFORE INSERT ON countries FOR EACH ROW EXECUTE FUNCTION spoil();
CREATE TABLE visits (id int, country_id int REFERENCES countries ON DELETE RESTRICT);

CREATE MATERIALIZED VIEW tally AS SELECT count(*) AS guests FROM guests;
CREATE UNIQUE INDEX ON tally (guests);
CREATE MATERIALIZED VIEW twice AS SELECT guests * 2 AS doubled FROM tally;
CREATE MATERIALIZED VIEW later AS SELECT id FROM guests WITH NO DATA;

CREATE SEQUENCE tickets START 7;
"""


def driver_of(connection: Any) -> Any:
    """Return the asyncpg connection below one of SQLAlchemy's: it takes several statements."""
    return connection.driver_connection


async def add_to(url: str) -> None:
    """Add the schema to the database at `url`."""
    async with create_async_engine(url, poolclass=NullPool).begin() as connection:
        await driver_of(await connection.get_raw_connection()).execute(SCRIPT)
