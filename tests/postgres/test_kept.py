"""A kept server has the rows of yesterday, whatever happened since."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.postgres.processes import wait_for_end
from tests.postgres.program import Started, refused, started


def write(running: Started, value: int) -> None:
    running.ask(f"CREATE TABLE rows AS SELECT {value} AS value")


class TestRows:
    def test_outlive_the_server(self, kept: Path) -> None:
        with started(kept) as running:
            write(running, 1)
            running.stop()
            assert wait_for_end(running.server)
        with started(kept) as running:
            assert running.ask("SELECT value FROM rows") == 1

    def test_outlive_a_killed_program(self, kept: Path) -> None:
        """Its watchdog stops the server, and in good order."""
        with started(kept) as running:
            write(running, 1)
            running.kill()
            assert wait_for_end(running.server)
        with started(kept) as running:
            assert running.ask("SELECT value FROM rows") == 1

    def test_outlive_a_killed_server(self, kept: Path) -> None:
        """Durability is on, so that PostgreSQL recovers what was committed."""
        with started(kept) as running:
            write(running, 1)
            os.kill(running.server, signal.SIGKILL)
            running.stop()
        with started(kept) as running:
            assert running.ask("SELECT value FROM rows") == 1

    def test_outlive_the_death_of_all(self, kept: Path) -> None:
        """As when the machine loses power."""
        with started(kept) as running:
            write(running, 1)
            for pid in (running.watchdog, running.program.pid, running.server):
                os.kill(pid, signal.SIGKILL)
        with started(kept) as running:
            assert running.ask("SELECT value FROM rows") == 1

    @pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
    def test_are_durable(self, kept: Path, setting: str) -> None:
        with started(kept) as running:
            assert running.ask(f"SHOW {setting}") == "on"

    def test_are_out_of_version_control(self, kept: Path) -> None:
        with started(kept):
            assert (kept / ".gitignore").read_text() == "*\n"


class TestFolder:
    def test_may_have_a_long_path(self, folder: Path) -> None:
        """The socket is elsewhere then, and goes with the server."""
        kept = folder / ("x" * 90) / "kept"
        with started(kept) as first, started(kept) as second:
            assert first.socket_folder.parent == Path("/tmp")  # noqa: S108  a mere look
            assert second.server == first.server
            first.stop()
            second.stop()

            assert wait_for_end(second.server)
            assert not second.socket_folder.exists()

    def test_does_not_walk_into_a_trap(self, folder: Path) -> None:
        """The socket's place can be foreseen, in a folder where every user may put something."""
        kept = folder / ("x" * 90) / "kept"
        with started(kept) as running:
            running.stop()
        (folder / "treasure").mkdir(mode=0o700)
        running.socket_folder.symlink_to(folder / "treasure")
        said = refused(kept)
        running.socket_folder.unlink()

        assert f"{running.socket_folder}: somebody else has put it there" in said

    def test_of_another_major_version_is_a_sentence(self, kept: Path) -> None:
        with started(kept) as running:
            running.stop()
        (kept / "data" / "PG_VERSION").write_text("13\n")
        said = refused(kept)

        assert f"The database in {kept} was written by PostgreSQL 13, and the PostgreSQL here is 18" in said
        assert f"Move {kept} away" in said

    def test_half_made_is_made_anew(self, kept: Path) -> None:
        """A kill while initdb was at work leaves files that are no database."""
        (kept / "data").mkdir(parents=True)
        (kept / "unfinished").touch()
        (kept / "data" / "PG_VERSION").write_text("18\n")
        with started(kept) as running:
            assert running.ask("SELECT 1") == 1
            assert not (kept / "unfinished").exists()

    def test_with_the_number_of_another_process_starts(self, kept: Path) -> None:
        """Numbers of processes come again, soonest in a container that was restarted."""
        with started(kept) as running:
            os.kill(running.server, signal.SIGSTOP)
            status = (kept / "data" / "postmaster.pid").read_text().splitlines()
            os.kill(running.server, signal.SIGCONT)
            running.stop()
        with subprocess.Popen(["sleep", "60"]) as other:
            (kept / "data" / "postmaster.pid").write_text("\n".join([str(other.pid), *status[1:]]) + "\n")
            with started(kept) as running:
                assert running.ask("SELECT 1") == 1
            other.kill()

    def test_that_cannot_be_made_is_a_sentence(self, folder: Path) -> None:
        (folder / "file").touch()

        assert f"The development database cannot be in {folder}/file/kept: " in refused(folder / "file" / "kept")

    @pytest.mark.usefixtures("root")
    def test_that_is_closed_to_the_server_is_a_sentence(self, folder: Path) -> None:
        (folder / "private").mkdir(mode=0o700)

        assert "who runs the server, cannot enter it" in refused(folder / "private" / "kept")

    def test_keeps_the_log_of_the_last_start(self, kept: Path) -> None:
        for _ in range(2):
            with started(kept) as running:
                running.stop()

        assert (kept / "log.old").exists()
        shutil.rmtree(kept)
