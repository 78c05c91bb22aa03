"""The extension `uuid-ossp`, which the embedded server lacks: its functions, by those that the server has itself.

Old migrations create it, and use `uuid_generate_v4()`, which is `gen_random_uuid()` since PostgreSQL 13.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ..database.database_admin import administer
from ..database.engine_guard import exempt
from ..test_run import RUN

NAME = "uuid-ossp"
CONTROL = f"""
comment = 'the functions of {NAME} that the server has itself'
default_version = '1.1'
relocatable = true
trusted = true
"""
FUNCTIONS = """
CREATE FUNCTION uuid_generate_v1() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT uuidv7()';
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT uuidv7()';
CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT gen_random_uuid()';
CREATE FUNCTION uuid_nil() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$SELECT repeat('0', 32)::uuid$$;
"""
HAS = f"SELECT 1 FROM pg_available_extensions WHERE name = '{NAME}'"


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Offer it before the database is made."""
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
        if version < (18,) or await connection.scalar(text(HAS)):
            return
        (folder / "extension").mkdir()
        (folder / f"extension/{NAME}.control").write_text(CONTROL)
        (folder / f"extension/{NAME}--1.1.sql").write_text(FUNCTIONS)
        for path in (folder, folder / "extension"):
            path.chmod(0o755)  # the server may run as another user
        await connection.exec_driver_sql(f"ALTER SYSTEM SET extension_control_path = '$system:{folder}'")
        await connection.exec_driver_sql("SELECT pg_reload_conf()")
