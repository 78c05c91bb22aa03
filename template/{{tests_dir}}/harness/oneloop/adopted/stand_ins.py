"""The extensions `uuid-ossp` and `pgcrypto`, which the embedded server lacks: their functions that it can make itself.

Old migrations create them, and use `uuid_generate_v4()` or `gen_random_uuid()`, which PostgreSQL has since version 13.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from ..database.database_admin import administer
from ..database.engine_guard import exempt
from ..test_run import RUN


class StandIn(NamedTuple):
    """An extension, its version, and the functions in its place."""

    name: str
    version: str
    functions: str


UUIDS = """
CREATE FUNCTION uuid_generate_v1() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT uuidv7()';
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT uuidv7()';
CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT gen_random_uuid()';
CREATE FUNCTION uuid_nil() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$SELECT repeat('0', 32)::uuid$$;
"""
# Another hash than these is an error of the cast. `crypt()` and the like do not exist.
HASHES = """
CREATE FUNCTION digest(data bytea, kind text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE lower(kind)
        WHEN 'md5' THEN decode(md5(data), 'hex')
        WHEN 'sha224' THEN sha224(data) WHEN 'sha256' THEN sha256(data)
        WHEN 'sha384' THEN sha384(data) WHEN 'sha512' THEN sha512(data)
        ELSE ('no hash ' || kind)::uuid::text::bytea END $$;
CREATE FUNCTION digest(data text, kind text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
    $$SELECT digest(convert_to(data, 'UTF8'), kind)$$;
CREATE FUNCTION gen_random_bytes(size int) RETURNS bytea LANGUAGE sql VOLATILE STRICT AS $$
    SELECT substring(decode(string_agg(md5(gen_random_uuid()::text), ''), 'hex') FOR size)
    FROM generate_series(0, size / 16) $$;
"""
STAND_INS = (StandIn("uuid-ossp", "1.1", UUIDS), StandIn("pgcrypto", "1.4", HASHES))
CONTROL = """
comment = 'the functions of {name} that the server can make itself'
default_version = '{version}'
relocatable = true
trusted = true
"""
AVAILABLE = text("SELECT name FROM pg_available_extensions")


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Offer them before the database is made."""
    run = request.config.stash[RUN]
    is_postgres = not run.config.driver.startswith("sqlite")
    if fixturedef.argname == "_database" and is_postgres and run.source.embedded:
        folder = Path(tempfile.mkdtemp(prefix="oneloop-extensions-"))
        request.config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        assert run.guard.loop is not None
        with exempt():
            run.guard.loop.run_until_complete(_offer(run.connect().server, folder))


async def _offer(server: Any, folder: Path) -> None:
    async with administer(server.admin) as connection:
        version = connection.dialect.server_version_info or ()
        available = set(await connection.scalars(AVAILABLE)) if version >= (18,) else {each.name for each in STAND_INS}
        missing = [each for each in STAND_INS if each.name not in available]
        if not missing:
            return
        (folder / "extension").mkdir()
        for each in missing:
            control = CONTROL.format(name=each.name, version=each.version)
            (folder / f"extension/{each.name}.control").write_text(control)
            (folder / f"extension/{each.name}--{each.version}.sql").write_text(each.functions)
        for path in (folder, folder / "extension"):
            path.chmod(0o755)  # the server may run as another user
        await connection.exec_driver_sql(f"ALTER SYSTEM SET extension_control_path = '$system:{folder}'")
        await connection.exec_driver_sql("SELECT pg_reload_conf()")
