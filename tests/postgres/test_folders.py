"""The folder of a run is on a memory disk if there is room, and has a path that a socket can have."""

import os
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant
from tests.postgres.program import SECONDS, refused, started

MEMORY_DISK = 'Path("/dev/shm")'
BYTES = "MEMORY_DISK_BYTES = 1 << 30"


@pytest.fixture
def no_memory_disk(plant: Plant) -> Path:
    return plant("folders.py", MEMORY_DISK, 'Path("/nowhere")')


class TestPlace:
    @pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this system has no memory disk")  # noqa: S108  a mere look
    def test_is_the_memory_disk(self) -> None:
        with started() as running:
            assert running.folder.parent == Path("/dev/shm")  # noqa: S108  a mere look

    def test_is_a_disk_when_the_memory_disk_is_small(self, plant: Plant, folder: Path) -> None:
        """Such as the 64 MB that a container has."""
        harness = plant("folders.py", BYTES, "MEMORY_DISK_BYTES = 1 << 60")
        with started(harness=harness, env={"TMPDIR": str(folder)}) as running:
            assert running.folder.parent == folder

    @pytest.mark.parametrize("name", ["a b", "é ü", "it's", 'quo"te', "100%20"])
    def test_may_have_any_letters(self, no_memory_disk: Path, folder: Path, name: str) -> None:
        """The path is part of a setting and of a URL."""
        (folder / name).mkdir()
        with started(harness=no_memory_disk, env={"TMPDIR": str(folder / name)}) as running:
            assert running.folder.parent == folder / name
            assert running.ask("SELECT 1") == 1
            running.stop()

            assert not running.leftovers()

    @pytest.mark.parametrize("name", ["x" * 90, "a,b"], ids=["long", "comma"])
    def test_is_elsewhere_when_a_socket_cannot_be_there(self, no_memory_disk: Path, folder: Path, name: str) -> None:
        """A socket's path has about a hundred bytes, and the setting has commas between folders."""
        (folder / name).mkdir()
        with started(harness=no_memory_disk, env={"TMPDIR": str(folder / name)}) as running:
            assert running.folder.parent == Path("/tmp")  # noqa: S108  a mere look
            assert running.ask("SELECT 1") == 1

    def test_a_path_that_nobody_measured_is_noticed(self, plant: Plant, folder: Path) -> None:
        """A planted bug: the check above is worth its name."""
        plant("folders.py", MEMORY_DISK, 'Path("/nowhere")')
        harness = plant("folders.py", "SOCKET_PATH_BYTES = 103", "SOCKET_PATH_BYTES = 1000")
        (folder / ("x" * 90)).mkdir()

        assert "too long" in refused(harness=harness, env={"TMPDIR": str(folder / ("x" * 90))})

    def test_none_is_a_sentence(self, plant: Plant, folder: Path) -> None:
        """It says of each place why not, and what to do."""
        plant("folders.py", MEMORY_DISK, 'Path("/nowhere")')
        harness = plant("folders.py", '(Path("/tmp"), Path("/var/tmp"))', "()")
        (folder / "a,b").mkdir()
        said = refused(harness=harness, env={"TMPDIR": str(folder / "a,b")})

        assert f"{folder}/a,b: has a path that is too long for a socket, or a comma in it" in said
        assert "Set TMPDIR to a folder with a short path" in said


class TestTraps:
    """Temporary folders are shared: another user may have put something in the way."""

    def test_a_link_is_not_followed(self, no_memory_disk: Path, folder: Path) -> None:
        """Whoever names a link as a run's folder does not get anything deleted."""
        treasure = folder / "treasure"
        treasure.mkdir()
        (treasure / "lock").touch()
        (folder / "oneloop-pg-trap").symlink_to(treasure)
        with started(harness=no_memory_disk, env={"TMPDIR": str(folder)}):
            assert (treasure / "lock").exists()

    def test_a_link_as_lock_or_a_pipe_does_no_harm(self, no_memory_disk: Path, folder: Path) -> None:
        """A sweep neither writes through a link nor waits for a pipe."""
        for name in ("one", "two"):
            (folder / f"oneloop-pg-{name}").mkdir()
        (folder / "oneloop-pg-one" / "lock").symlink_to(folder / "made")
        os.mkfifo(folder / "oneloop-pg-two" / "lock")
        with started(harness=no_memory_disk, env={"TMPDIR": str(folder)}) as running:
            running.program.communicate(timeout=SECONDS)

        assert not (folder / "made").exists()
