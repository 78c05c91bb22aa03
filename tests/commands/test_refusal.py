"""What keeps a command from starting is one sentence that says what to do, before anything is started."""

import socket

import pytest

from tests.commands.conftest import Service
from tests.postgres.program import started
from tests.support.environment import free_port


class TestPort:
    def test_that_is_taken_is_told_before_anything_starts(self, service: Service) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = service.run("dev", "tiny.main:create_app", env={"PORT": str(port)})

        assert done.returncode == 1
        assert done.stderr == (
            f"The service cannot listen on port {port} of 127.0.0.1: Address already in use. Use another port:\n"
            f"    PORT={port + 1} uv run poe dev\n"
        )
        assert not (service.root / ".postgres").exists()

    def test_that_nobody_tried_is_noticed(self, service: Service) -> None:
        """A planted bug: the check above is worth its name."""
        service.plant("oneloop/commands/dev_commands.py", "    check_port(host, port)\n", "")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            service.run("dev", "tiny.main:create_app", env={"PORT": str(taken.getsockname()[1])})

        assert (service.root / ".postgres").exists()

    @pytest.mark.parametrize("port", ["0", "65536", "http"])
    def test_that_is_none(self, service: Service, port: str) -> None:
        done = service.run("dev", "tiny.main:create_app", "--port", port)

        assert done.returncode == 2
        assert "Use a number from 1 to 65535" in done.stderr


class TestFactory:
    def test_that_is_missing_is_a_line_to_write(self, service: Service) -> None:
        service.write("pyproject.toml", '[tool.oneloop]\npackage = "tiny"\n')

        done = service.run("dev")

        assert done.returncode == 1
        assert "\n    uv run oneloop dev tiny.main:create_app\n" in done.stderr


class TestMigration:
    def test_that_fails_ends_the_command(self, service: Service) -> None:
        """Alembic says why; the status is its own, and the server does not stay."""
        service.write("migrations/versions/one.py", "nonsense")
        done = service.run("dev", "tiny.main:create_app", "--port", "1")

        assert done.returncode == 1
        assert "did not start, because the migration failed" in done.stderr


class TestReset:
    def test_without_a_terminal_names_what_it_would_empty(self, service: Service) -> None:
        done = service.run("reset")

        assert done.returncode == 1
        assert done.stderr == (
            f"Without a terminal only --yes empties the database in {service.root / '.postgres'}:\n"
            "    uv run oneloop reset --yes\n"
        )


class TestDatabaseUrl:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            pytest.param("nonsense", "is not the URL of a PostgreSQL database", id="no URL"),
            pytest.param("postgresql://host:port/x", "is not the URL of a PostgreSQL database", id="no port"),
            pytest.param("sqlite+aiosqlite:///x.db", "is not the URL of a PostgreSQL database", id="another database"),
            pytest.param("postgresql://u:hidden@127.0.0.1:{port}/x", "cannot be used: ", id="nobody there"),
            pytest.param("postgresql://u:hidden@host.invalid/x", "cannot be used: ", id="no such host"),
            pytest.param(
                "postgresql://u@127.0.0.1:{port}/x?sslmode=require", "Connect call failed", id="libpq's option"
            ),
            pytest.param("postgresql://u@127.0.0.1/x?sslmode=no", "cannot be used: ", id="unknown option"),
            pytest.param("{server}", 'database "missing" does not exist', id="no such database"),
        ],
    )
    def test_that_is_wrong_is_a_sentence(self, service: Service, url: str, reason: str) -> None:
        with started() as running:
            server = running.url.replace("/postgres?", "/missing?")
            wrong = url.format(port=free_port(), server=server)
            done = service.run("run", "true", env={"DATABASE_URL": wrong})

        assert done.returncode == 1
        assert reason in done.stderr
        assert "DATABASE_URL from the environment" in done.stderr
        assert done.stderr.count("\n") == 1
        assert "hidden" not in done.stderr

    def test_of_the_environment_wins_over_dotenv(self, service: Service) -> None:
        service.write(".env", "DATABASE_URL=nonsense")
        with started() as running:
            done = service.run("run", "sh", "-c", "echo $DATABASE_URL", env={"DATABASE_URL": running.url})

            assert done.stdout == f"{running.url}\n"

    def test_of_dotenv_is_checked_too(self, service: Service) -> None:
        service.write(".env", "database_url=nonsense")

        assert "DATABASE_URL from .env is not the URL" in service.run("run", "true").stderr
