"""The folder of a temporary server is in memory if there is room, and has a path that a socket can have."""

import os
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant
from tests.postgres.program import refused, started

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
