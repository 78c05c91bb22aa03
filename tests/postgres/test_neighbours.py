"""A temporary server beside other servers, other test runs, and a terminal."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant
from tests.postgres.processes import alive
from tests.postgres.program import refused, started


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


LETTERS = 'é it\'s "100%20"'


class TestPlace:
    def test_is_another_disk_when_the_memory_disk_is_small(self, plant: Plant, folder: Path) -> None:
        """A container has 64 MB. A path may have any letters: it is part of a setting and of a URL."""
        harness = plant("temporary.py", "MEMORY_DISK_BYTES = 1 << 30", "MEMORY_DISK_BYTES = 1 << 60")
        (folder / LETTERS).mkdir()
        with started(harness=harness, env={"TMPDIR": str(folder / LETTERS)}) as running:
            assert running.folder.parent == folder / LETTERS
            assert running.ask("SELECT 1") == 1
            running.stop()

            assert not running.leftovers()

    def test_is_elsewhere_when_the_path_is_too_long_for_a_socket(self, no_memory_disk: Path, folder: Path) -> None:
        (folder / ("x" * 90)).mkdir()
        with started(harness=no_memory_disk, env={"TMPDIR": str(folder / ("x" * 90))}) as running:
            assert running.folder.parent == Path("/tmp")  # noqa: S108  only compared
            assert running.ask("SELECT 1") == 1

    def test_a_path_that_is_not_measured_is_noticed(self, plant: Plant, no_memory_disk: Path, folder: Path) -> None:
        """A planted bug: the test above can fail."""
        plant("temporary.py", "SOCKET_PATH_BYTES = 103", "SOCKET_PATH_BYTES = 1000")
        (folder / ("x" * 90)).mkdir()

        assert "too long" in refused(harness=no_memory_disk, env={"TMPDIR": str(folder / ("x" * 90))})

    @pytest.mark.parametrize("name", ["x" * 90, "a,b"], ids=["long", "comma"])
    def test_none_is_explained(self, plant: Plant, no_memory_disk: Path, folder: Path, name: str) -> None:
        """The message has each folder with its reason, and what to do."""
        plant("temporary.py", '(Path("/tmp"), Path("/var/tmp"))', "()")
        (folder / name).mkdir()
        message = refused(harness=no_memory_disk, env={"TMPDIR": str(folder / name)})

        assert "\n  - /nowhere: it cannot be written to\n" in message
        assert f"\n  - {folder / name}: its path is too long for a socket, or has a comma\n" in message
        assert "Set TMPDIR to a folder with a short path" in message


class TestTraps:
    """All users share the temporary folders, so another user may have created something there."""

    def test_do_no_harm(self, secluded: Path, folder: Path) -> None:
        """A sweep follows no link, writes through no link, and does not wait for a pipe."""
        treasure = folder / "treasure"
        treasure.mkdir()
        (treasure / "lock").touch()
        (folder / "oneloop-pg-link").symlink_to(treasure)
        for name in ("one", "two"):
            (folder / f"oneloop-pg-{name}").mkdir()
        (folder / "oneloop-pg-one" / "lock").symlink_to(folder / "made")
        os.mkfifo(folder / "oneloop-pg-two" / "lock")
        with started(harness=secluded):
            assert (treasure / "lock").exists()
            assert not (folder / "made").exists()
