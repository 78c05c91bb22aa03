"""`poe dev`: a database, its migrations, the service and its page, from nothing to Ctrl-C."""

import json
import os
import signal
import sys
from pathlib import Path

from tests.commands.conftest import SECONDS, Service
from tests.postgres.processes import wait_for_end
from tests.postgres.program import started

TABLES = """
import asyncio, asyncpg, os

async def main():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"].replace("+asyncpg", ""))
    print(await connection.fetchval("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'"))
    await connection.close()

asyncio.run(main())
"""


def database_process(service: Service) -> int:
    return int((service.root / ".postgres" / "data" / "postmaster.pid").read_text().split()[0])


class TestServing:
    def test_goes_from_nothing_to_ctrl_c(self, service: Service) -> None:
        """A database is made, migrated and named, and so is the page; Ctrl-C ends all, without a traceback."""
        with service.served() as served:
            given = json.loads(served.get())
            database = database_process(service)
            said = served.interrupt()

        assert given["DATABASE_URL"].startswith("postgresql+asyncpg://app:")
        assert len(given["SECRET_KEY"]) >= 32
        assert f"Docs page: http://127.0.0.1:{served.port}/docs\n" in said
        assert f" in {service.root / '.postgres'}\n" in said
        assert "Traceback" not in said
        assert served.process.returncode == 0
        assert wait_for_end(database)

    def test_shares_its_database_with_another_terminal(self, service: Service) -> None:
        """`poe create-admin` while `poe dev` runs; the database that both see is migrated."""
        with service.served() as served:
            served.get()
            database = database_process(service)
            other = service.run("run", sys.executable, "-c", TABLES)

            assert set(other.stdout.split()) == {"alembic_version", "migrated"}
            assert database_process(service) == database
            assert "DATABASE_URL" in served.get()

    def test_reloads_a_changed_file(self, service: Service) -> None:
        with service.served() as served:
            served.get()
            service.write("src/tiny/main.py", service.read("src/tiny/main.py").replace('get("/")', 'get("/new")'))

            assert "DATABASE_URL" in served.get("/new")

    def test_ends_when_it_is_terminated(self, service: Service) -> None:
        """As a process manager does it: one signal to one process."""
        with service.served() as served:
            served.get()
            database = database_process(service)
            os.kill(served.process.pid, signal.SIGTERM)
            served.process.communicate(timeout=SECONDS)

        assert served.process.returncode == 0
        assert wait_for_end(database)

    def test_takes_what_dotenv_gives(self, service: Service, folder: Path) -> None:
        """With a database and a key of one's own nothing else is started."""
        with started(folder / "theirs") as theirs:
            url = theirs.url.replace("postgresql", "postgresql+asyncpg", 1)
            service.write(".env", f"database_url='{url}'\nDATABASE_URL='{url}'\nsecret_key={'k' * 32}")
            with service.served() as served:
                given = json.loads(served.get())

        assert given == {"DATABASE_URL": url, "SECRET_KEY": None}
        assert not (service.root / ".postgres").exists()

    def test_an_end_without_the_server_is_noticed(self, service: Service) -> None:
        """A planted bug: if Ctrl-C did not go to the child, the command would fail."""
        service.plant("oneloop/commands/dev_commands.py", "signal.signal(number, self._receive)", "pass")
        with service.served() as served:
            served.get()
            served.interrupt()

        assert served.process.returncode != 0
