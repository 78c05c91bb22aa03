"""A temporary server beside other servers, other test runs, and a terminal."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive
from tests.postgres.program import started


class TestInterrupt:
    def test_ctrl_c_does_not_reach_the_server(self) -> None:
        """The terminal's signal goes to the whole group, and the tests' teardown still needs the server.

        The server starts in a thread while pytest collects, so it leaves the signals alone.
        """
        with started(then="import signal; print(signal.getsignal(signal.SIGINT).__name__, flush=True)") as running:
            assert running.program.stdout is not None
            assert running.program.stdout.readline() == "default_int_handler\n"
            running.interrupt()

            assert running.ask("SELECT 1") == 1

    def test_a_watchdog_in_the_same_session_is_noticed(self, plant: Plant) -> None:
        """A planted bug: the test above can fail."""
        harness = plant("watchdog_client.py", "start_new_session=True", "start_new_session=False")
        with started(harness=harness) as running:
            running.interrupt()

            assert not running.leftovers()


class TestNeighbours:
    def test_run_side_by_side(self) -> None:
        """Several at once, each with a server of its own; the end of one does not affect the others."""
        with ExitStack() as stack, ThreadPoolExecutor() as threads:
            one, two, three = threads.map(lambda _: stack.enter_context(started()), range(3))
            one.stop()
            two.kill()

            assert three.ask("SELECT 1") == 1
            assert not one.leftovers()
            assert not two.leftovers()

    def test_the_next_run_removes_only_what_was_abandoned(self, secluded: Path) -> None:
        """Folder and server of a run that was killed with its watchdog; a run whose watchdog alone died goes on."""
        with started(harness=secluded) as dead, started(harness=secluded) as living:
            living.kill_watchdog()
            dead.kill_watchdog()
            dead.kill()
            assert alive(dead.server)
            with started(harness=secluded):
                assert living.ask("SELECT 1") == 1
                assert not dead.leftovers()

    def test_a_sweep_of_the_living_is_noticed(self, secluded: Path, plant: Plant) -> None:
        """A planted bug: the test above can fail."""
        with started(harness=secluded) as living:
            plant("temporary.py", "    return descriptor is not None\n", "    return True\n")
            with started(harness=secluded):
                assert not living.folder.exists()
