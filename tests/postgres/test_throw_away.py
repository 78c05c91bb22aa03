"""A throw-away server is private to its run, and gone with it, however the run ends."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive, shared_memory
from tests.postgres.program import SECONDS, Started, started
from tests.postgres.python import Python

# Variables with which a developer's shell could lead a server or a client astray.
ASTRAY = {"PGPORT": "1", "PGDATA": "/nowhere", "PGOPTIONS": "-c fsync=on", "PGTZ": "Asia/Tokyo", "LC_ALL": "tr_TR"}

# When it is told to, the program makes a child that holds all that is open, but for the output.
FORK = "sys.stdin.readline(); os.fork() or (os.close(1), time.sleep(10), os._exit(0)); print('forked', flush=True)"


@pytest.fixture(scope="module")
def running() -> Iterator[Started]:
    with started(env=ASTRAY) as running:
        yield running


class TestServer:
    @pytest.mark.parametrize(
        ("sql", "answer"),
        [
            pytest.param("current_setting('fsync')", "off", id="fsync"),
            pytest.param("current_setting('synchronous_commit')", "on", id="a commit is in the log"),
            pytest.param("current_setting('full_page_writes')", "off", id="full page writes"),
            pytest.param("current_setting('listen_addresses')", "", id="no port"),
            pytest.param("current_setting('max_connections')", "200", id="many connections"),
            pytest.param("current_setting('jit')", "off", id="no jit"),
            pytest.param("current_setting('TimeZone')", "UTC", id="time zone"),
            pytest.param("upper('é') || lower('Ç')", "Éç", id="letters beyond ASCII"),
        ],
    )
    def test_is_set_for_tests(self, running: Started, sql: str, answer: str) -> None:
        """It forgets all in a crash, takes no port, and is the same under every user's settings."""
        assert running.ask(f"SELECT {sql}") == answer

    def test_tells_its_version(self, running: Started) -> None:
        assert running.ask("SHOW server_version") == running.version

    def test_lets_nobody_else_in(self, running: Started) -> None:
        """The socket needs no password, so its folder is closed to others."""
        assert running.socket_folder.stat().st_mode & 0o077 == 0

    def test_keeps_nothing_outside_its_folder(self, running: Started) -> None:
        """Not even shared memory, which a server that is killed would leave behind."""
        assert running.ask("SHOW dynamic_shared_memory_type") == "mmap"


class TestEnd:
    def test_stop_leaves_nothing(self) -> None:
        """Neither process nor folder; a second stop does nothing."""
        with started() as running:
            running.stop()

            assert not alive(running.server)
            assert not running.folder.exists()
            assert not running.leftovers()

    def test_stop_does_not_wait_for_clients(self) -> None:
        with started() as running, ThreadPoolExecutor() as threads:
            sleeper = threads.submit(running.ask, "SELECT pg_sleep(60)")
            while not running.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
                pass
            running.stop()

            assert sleeper.exception(SECONDS)

    def test_kill_leaves_nothing(self) -> None:
        with started() as running:
            running.kill()

            assert not running.leftovers()

    def test_kill_is_noticed_though_a_child_holds_the_pipe(self) -> None:
        """A test that forks passes on all that is open, and its child may outlive it."""
        with started(before="import time", then=FORK) as running:
            assert running.tell("go on") == "forked"
            running.kill()

            assert not running.leftovers()

    def test_a_watchdog_that_trusts_the_pipe_alone_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the check above is worth its name."""
        harness = plant("watchdog/main.py", 'os.getppid() != order["parent"]', "False")
        with started(harness=harness, before="import time", then=FORK) as running:
            running.tell("go on")
            running.kill()

            assert len(running.leftovers(seconds=3)) == 3

    def test_a_watchdog_that_does_not_watch_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the check above is worth its name."""
        harness = plant("watchdog/main.py", "    wait(order, server)\n", "    threading.Event().wait()\n")
        with started(harness=harness) as running:
            running.kill()

            assert len(running.leftovers(seconds=3)) == 3

    def test_kill_during_the_start_leaves_nothing(self, folder: Path, plant: Plant) -> None:
        """At whatever moment; a folder that its watchdog did not hear of yet goes with the next start."""
        harness = plant("folders.py", 'Path("/dev/shm")', 'Path("/nowhere")')
        disk = {"TMPDIR": str(folder)}
        for milliseconds in (100, 130, 160, 200, 300, 500):
            program = Python().popen(harness, "-c", "from postgres import start_server; start_server()", env=disk)
            time.sleep(milliseconds / 1000)
            with program:
                program.kill()
        with started(harness=harness, env=disk) as running:
            running.stop()

        assert not list(folder.glob("oneloop-pg-*"))

    def test_the_end_of_the_program_is_enough(self) -> None:
        """Who forgets to stop the server leaves nothing either."""
        with started(then="sys.stdin.read(), os._exit(0)") as running:
            running.program.communicate(timeout=SECONDS)

            assert not running.leftovers()

    def test_a_server_that_was_killed_is_cleaned_up(self) -> None:
        """PostgreSQL leaves some shared memory then, of which a system has no more than 4,096 pieces."""
        with started() as running:
            segment = (running.folder / "data" / "postmaster.pid").read_text().split("\n")[6].split()[1]
            assert segment in shared_memory()
            os.kill(running.server, signal.SIGKILL)
            running.stop()

            assert not running.leftovers()
            assert segment not in shared_memory()
