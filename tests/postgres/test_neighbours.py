"""A throw-away server beside other servers, other runs, and a terminal."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive
from tests.postgres.program import Started, started


class TestInterrupt:
    def test_ctrl_c_leaves_the_server_to_the_teardown(self) -> None:
        """The terminal's signal goes to the whole group, and the tests' teardown still needs the server."""
        with started() as running:
            self._interrupt(running)

            assert running.ask("SELECT 1") == 1

    def test_a_watchdog_in_the_same_session_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the check above is worth its name."""
        harness = plant("launch.py", "start_new_session=True", "start_new_session=False")
        with started(harness=harness) as running:
            self._interrupt(running)

            assert not running.leftovers()

    def test_a_start_in_a_thread_touches_no_signal(self) -> None:
        """The harness starts the server in a thread while pytest collects."""
        with started(then="import signal; print(signal.getsignal(signal.SIGINT).__name__)") as running:
            assert running.stop().strip() == "default_int_handler"

    @staticmethod
    def _interrupt(running: Started) -> None:
        running.interrupt()
        assert running.program.stdout is not None
        assert running.program.stdout.readline() == "interrupted\n"


class TestNeighbours:
    def test_runs_side_by_side(self) -> None:
        """Several at once, each its own; the end of one is nothing to the others."""
        with ExitStack() as stack, ThreadPoolExecutor() as threads:
            one, two, three = threads.map(lambda _: stack.enter_context(started()), range(3))
            one.stop()
            two.kill()

            assert three.ask("SELECT 1") == 1
            assert not one.leftovers()
            assert not two.leftovers()

    def test_the_next_run_sweeps_what_a_killed_watchdog_left(self) -> None:
        """Folder and server, when neither the run nor its watchdog lives."""
        with started() as dead:
            os.kill(dead.watchdog, signal.SIGKILL)
            dead.kill()
            assert alive(dead.server)
            with started() as next_run:
                assert next_run.ask("SELECT 1") == 1

                assert not dead.leftovers()

    def test_the_next_run_leaves_a_living_one_alone(self) -> None:
        """Also one whose watchdog alone was killed: the run still uses the server."""
        with started() as living:
            os.kill(living.watchdog, signal.SIGKILL)
            with started():
                assert living.ask("SELECT 1") == 1

    def test_a_sweep_of_the_living_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the check above is worth its name."""
        harness = plant("folders.py", 'PREFIX = "oneloop-pg-"', 'PREFIX = "oneloop-planted-"')  # spare all others
        with started(harness=harness) as living:
            plant("folders.py", "        return False\n    os.close(descriptor)\n", "        return True\n")
            with started(harness=harness):
                assert not living.folder.exists()
