"""All processes that use a persistent server share one."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive, wait_for_end
from tests.postgres.program import started


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
        harness = plant("watchdog/watchdog_main.py", 'hold(Path(request["lock"]), alone=True) is None', "False")
        with started(persistent, harness=harness) as first, started(persistent, harness=harness):
            first.stop()

            assert not alive(first.server)
