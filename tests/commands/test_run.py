"""`poe migrate`, `poe create-admin`: a command with the development database, whose input and status are its own."""

import asyncio
import os
import pty
import sys
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import make_url

from tests.commands.conftest import SECONDS, Service, make_service
from tests.postgres.program import started
from tests.support.shipped import start_persistent


class TestCommand:
    @pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
    def test_status_is_ours(self, service: Service, script: str, status: int) -> None:
        assert service.run("run", "sh", "-c", script).returncode == status

    def test_reads_our_input(self, service: Service) -> None:
        done = service.run("run", sys.executable, "-c", "print(input()[::-1])", given="abc\n")

        assert done.stdout == "cba\n"

    def test_asks_for_a_password_on_the_terminal(self, service: Service) -> None:
        """A prompt that echoes nothing needs the terminal itself, and that needs to be let through."""
        ours, theirs = pty.openpty()
        asks = "import getpass; print('got', getpass.getpass('Password: '))"
        process = service.popen("run", sys.executable, "-c", asks, stdin=theirs)
        os.close(theirs)
        assert process.stderr is not None
        assert process.stderr.read(len("Password: ")) == "Password: "
        os.write(ours, b"secret\n")
        out, _ = process.communicate(timeout=SECONDS)
        os.close(ours)

        assert "got secret" in out

    def test_has_the_arguments_as_they_were_given(self, service: Service) -> None:
        done = service.run("run", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--port", "a b", "--", "-h")

        assert done.stdout == "['--port', 'a b', '--', '-h']\n"

    def test_never_imports_the_service(self, service: Service) -> None:
        """A service that cannot be imported can still be migrated."""
        service.write("src/tiny/__init__.py", "raise SystemExit('imported')")
        done = service.run("run", "alembic", "upgrade", "head")

        assert done.returncode == 0, done.stderr

    def test_that_is_not_there_is_a_sentence(self, service: Service) -> None:
        done = service.run("run", "no-such-command")

        assert done.returncode == 1
        assert done.stderr.startswith("The program 'no-such-command' was not found.")

    def test_works_in_a_folder_of_any_name(self, folder: Path) -> None:
        """The folder is part of the database's URL."""
        service = make_service(folder / "José's own")
        done = service.run("run", "alembic", "upgrade", "head")

        assert done.returncode == 0, done.stderr


class TestPsql:
    WHERE = ("-Atc", "SELECT current_database()")

    def test_opens_the_database_that_the_service_would_use(self, service: Service, folder: Path) -> None:
        """The one of DATABASE_URL, with the password that it has; and it says which one that is."""
        with started(folder / "theirs") as theirs:
            url = make_url(theirs.url).set(drivername="postgresql+asyncpg")
            url = url.set(password=url.password or "hunter2")  # a server that trusts takes any
            given = url.render_as_string(hide_password=False)
            service.write(".env", f"DATABASE_URL='{given}&prepared_statement_cache_size=0'")
            made = service.run("psql", "postgres", "-c", "CREATE DATABASE orders")
            service.write(".env", f"DATABASE_URL='{given.replace('/postgres?', '/orders?')}'")
            named = service.run("psql", "postgres", *self.WHERE)
            unnamed = service.run("psql", *self.WHERE)
            opened = service.run("psql", given="SELECT 'in ' || current_database();\n")

        assert made.returncode == 0, made.stderr
        assert (named.stdout, unnamed.stdout) == ("postgres\n", "orders\n")
        assert "in orders" in opened.stdout
        assert ", from .env" in opened.stderr
        assert str(url.password) not in opened.stderr
        assert not (service.root / ".postgres").exists()

    def test_opens_the_embedded_database_without_one(self, service: Service) -> None:
        done = service.run("psql", *self.WHERE)  # options alone, too

        assert (done.returncode, done.stdout) == (0, "postgres\n"), done.stderr
        assert ", from the embedded server" in done.stderr


OLD = """
    CREATE TYPE mood AS ENUM ('fine');
    CREATE SCHEMA other CREATE TABLE old (id serial, mood mood) CREATE VIEW seen AS SELECT id FROM old;
    CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE events (at int) PARTITION BY RANGE (at);
    CREATE TABLE events_2026 PARTITION OF events DEFAULT;
    CREATE TYPE pair AS (one int, two int);
    CREATE EXTENSION hstore"""
USED = """
import asyncio, asyncpg, os

async def use():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"].replace("+asyncpg", ""))
    await connection.execute("ALTER TABLE other.old ADD COLUMN more int")
    await connection.execute("INSERT INTO other.old VALUES (DEFAULT, 'fine')")
    await connection.execute("ALTER TYPE mood ADD VALUE 'better'; DROP VIEW other.seen; DROP FUNCTION one()")
    await connection.execute("ALTER TABLE events ADD COLUMN more int; DROP TABLE events_2026; DROP TYPE pair")
    rights = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole"
    print(await connection.fetchval(f"SELECT {rights} FROM pg_roles WHERE rolname = current_user"))

asyncio.run(use())
"""


class TestTheRole:
    def test_takes_over_the_folder_of_an_earlier_release(self, service: Service) -> None:
        """There a superuser owned all, and the server trusted its socket."""
        folder = service.root / ".postgres"

        async def make_old(url: str) -> None:
            connection = await asyncpg.connect(url)
            await connection.execute(OLD)
            await connection.close()

        with start_persistent(folder) as server:
            asyncio.run(make_old(server.url))
        (folder / "password").unlink()
        (folder / "data/pg_hba.conf").write_text("local all all trust\n")
        done = service.run("run", sys.executable, "-c", USED)

        assert done.stdout == "False\n", done.stderr


@pytest.mark.usefixtures("root")
class TestRoot:
    def test_has_its_database_where_the_server_may_go(self, folder: Path) -> None:
        """In a home that is closed to others it cannot be in the project."""
        (folder / "home").mkdir(mode=0o700)
        service = make_service(folder / "home" / "service")
        service.plant("oneloop/postgres/persistent.py", "/var/lib/oneloop", str(folder / "system"))
        done = service.run("run", "sh", "-c", "echo $DATABASE_URL")

        assert done.returncode == 0, done.stderr
        assert not (service.root / ".postgres").exists()
        assert [path.name.split("-")[0] for path in (folder / "system").iterdir()] == ["service"]
