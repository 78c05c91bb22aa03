"""A persistent server has the rows of yesterday, whatever happened since, and all processes that use it share one."""

import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive, wait_for_end
from tests.postgres.program import Started, refused, started


def write(running: Started, value: int) -> None:
    running.ask(f"CREATE TABLE rows AS SELECT {value} AS value")


class TestRows:
    def test_outlive_the_server(self, folder: Path) -> None:
        """From an empty folder: the first start creates the database, outside version control, and keeps its log."""
        persistent = folder / "it's new" / "100%20"
        with started(persistent) as running:
            assert (persistent / ".gitignore").read_text() == "*\n"
            write(running, 1)
            running.stop()
            assert wait_for_end(running.server)
        with started(persistent) as running:
            assert running.ask("SELECT value FROM rows") == 1
            assert (persistent / "log.old").exists()

    def test_outlive_a_killed_program(self, persistent: Path) -> None:
        """Its watchdog stops the server in good order."""
        with started(persistent) as running:
            write(running, 1)
            running.kill()
            assert wait_for_end(running.server)
        with started(persistent) as running:
            assert running.ask("SELECT value FROM rows") == 1

    def test_outlive_a_killed_server(self, persistent: Path) -> None:
        """Durability is on, so PostgreSQL recovers what was committed."""
        with started(persistent) as running:
            write(running, 1)
            os.kill(running.server, signal.SIGKILL)
            running.stop()
        with started(persistent) as running:
            assert running.ask("SELECT value FROM rows") == 1

    def test_outlive_the_death_of_all(self, persistent: Path) -> None:
        """As when the machine loses power."""
        with started(persistent) as running:
            write(running, 1)
            for pid in (running.watchdog, running.program.pid, running.server):
                os.kill(pid, signal.SIGKILL)
        with started(persistent) as running:
            assert running.ask("SELECT value FROM rows") == 1

    def test_are_durable(self, persistent: Path) -> None:
        settings = ("fsync", "synchronous_commit", "full_page_writes")
        with started(persistent) as running:
            assert [running.ask(f"SHOW {name}") for name in settings] == ["on", "on", "on"]


class TestFolder:
    def test_with_a_path_that_is_too_long_for_a_socket_has_a_port(self, folder: Path, persistent: Path) -> None:
        """Every user of the machine may connect to it, so it demands the password."""
        long = folder / ("x" * 90) / "persistent"
        long.parent.mkdir()
        persistent.rename(long)
        with started(long) as first, started(long) as second:
            assert "@127.0.0.1:" in first.url
            assert (second.url, second.server) == (first.url, first.server)
            assert second.ask("SELECT 1") == 1
            with pytest.raises(asyncpg.InvalidPasswordError):
                replace(first, url=re.sub(":[^:]*@", ":wrong@", first.url)).ask("SELECT 1")
            first.stop()
            second.stop()

            assert wait_for_end(second.server)
        (long / "password").unlink()  # as in a database of an earlier release

        assert f"{long}: its path is too long" in refused(long)

    def test_of_another_major_version_is_refused(self, persistent: Path) -> None:
        (persistent / "data" / "PG_VERSION").write_text("13\n")
        message = refused(persistent)

        assert f"The database in {persistent} was written by PostgreSQL 13, and PostgreSQL 18" in message
        assert f"Move {persistent} to another place" in message

    def test_of_an_unfinished_database_is_filled_again(self, persistent: Path) -> None:
        """A kill while initdb is at work leaves files that are no database."""
        (persistent / "unfinished").touch()
        (persistent / "data" / "global" / "pg_control").unlink()
        with started(persistent) as running:
            assert running.ask("SELECT 1") == 1
            assert not (persistent / "unfinished").exists()

    def test_with_the_number_of_another_process_starts(self, persistent: Path) -> None:
        """Process numbers are used again, soonest in a container that was restarted."""
        with started(persistent) as running:
            running.stop()
        with subprocess.Popen(["sleep", "600"]) as other:
            lines = running.pid_file.splitlines()
            (persistent / "data" / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
            with started(persistent) as running:
                assert running.ask("SELECT 1") == 1
            assert other.poll() is None
            other.kill()

    def test_that_cannot_be_made_is_refused(self, folder: Path) -> None:
        (folder / "file").touch()
        message = refused(folder / "file" / "new")

        assert f"The development database cannot be in {folder}/file/new: Not a directory." in message

    @pytest.mark.usefixtures("root")
    def test_that_is_closed_to_the_server_is_refused(self, folder: Path) -> None:
        (folder / "private").mkdir(mode=0o700)

        assert ", who runs it, cannot enter it" in refused(folder / "private" / "new")


class TestJoining:
    def test_gives_one_server_to_all_who_come_at_once(self, persistent: Path) -> None:
        with ExitStack() as stack, ThreadPoolExecutor() as threads:
            running = list(threads.map(lambda _: stack.enter_context(started(persistent)), range(4)))

            assert len({each.server for each in running}) == 1
            assert len({each.url for each in running}) == 1

    def test_the_last_to_leave_stops_it(self, persistent: Path) -> None:
        """Whichever left before: the one that joined, or the one that started it."""
        with started(persistent) as first:
            with started(persistent) as second:
                second.stop()
            assert first.ask("SELECT 1") == 1
            with started(persistent) as third:
                first.stop()
                assert third.ask("SELECT 1") == 1
                third.stop()

                assert wait_for_end(third.server)

    def test_it_runs_on_when_the_first_is_killed(self, persistent: Path) -> None:
        with started(persistent) as first, started(persistent) as second:
            first.kill_watchdog()
            first.kill()
            assert second.ask("SELECT 1") == 1
            second.stop()

            assert wait_for_end(second.server)

    def test_it_is_found_when_nobody_watches_it(self, persistent: Path) -> None:
        """The program and its watchdog were killed: the next one joins the server, and stops it in the end."""
        with started(persistent) as first:
            first.kill_watchdog()
            first.kill()
            with started(persistent) as second:
                assert second.server == first.server
                second.stop()

                assert wait_for_end(first.server)

    def test_a_first_that_stops_it_for_all_is_noticed(self, persistent: Path, plant: Plant) -> None:
        """A planted bug: the tests above can fail."""
        harness = plant("watchdog/watchdog_main.py", "hold(folder / LOCK, alone=True) is None", "False")
        with started(persistent, harness=harness) as first, started(persistent, harness=harness):
            first.stop()

            assert not alive(first.server)
