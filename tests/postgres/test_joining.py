"""A kept server is one server for all who want it."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive, wait_for_end
from tests.postgres.program import started


class TestJoining:
    def test_is_one_server(self, kept: Path) -> None:
        with started(kept) as first, started(kept) as second:
            assert second.server == first.server
            assert second.url == first.url

    def test_is_one_server_when_all_come_at_once(self, kept: Path) -> None:
        with ExitStack() as stack, ThreadPoolExecutor() as threads:
            running = list(threads.map(lambda _: stack.enter_context(started(kept)), range(4)))

            assert len({each.server for each in running}) == 1

    def test_goes_on_when_the_first_leaves(self, kept: Path) -> None:
        """Whoever leaves last stops it."""
        with started(kept) as first, started(kept) as second:
            first.stop()
            assert second.ask("SELECT 1") == 1
            second.stop()

            assert wait_for_end(second.server)

    def test_goes_on_when_the_first_is_killed(self, kept: Path) -> None:
        with started(kept) as first, started(kept) as second:
            os.kill(first.watchdog, signal.SIGKILL)
            first.kill()
            assert second.ask("SELECT 1") == 1
            second.stop()

            assert wait_for_end(second.server)

    def test_goes_on_when_the_second_leaves(self, kept: Path) -> None:
        with started(kept) as first:
            with started(kept) as second:
                second.stop()

            assert first.ask("SELECT 1") == 1

    def test_a_first_that_stops_for_all_is_noticed(self, kept: Path, plant: Plant) -> None:
        """A planted bug: the checks above are worth their names."""
        harness = plant("watchdog/main.py", 'hold(Path(order["lock"]), alone=True) is None', "False")
        with started(kept, harness=harness) as first, started(kept, harness=harness):
            first.stop()

            assert not alive(first.server)

    def test_finds_a_server_that_nobody_watches(self, kept: Path) -> None:
        """Program and watchdog were killed: who comes next joins the server, and stops it in the end."""
        with started(kept) as first:
            os.kill(first.watchdog, signal.SIGKILL)
            first.kill()
            with started(kept) as second:
                assert second.server == first.server
                second.stop()

                assert wait_for_end(first.server)
