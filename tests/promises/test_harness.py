"""The harness keeps its promises in a rendered service, and says so when a test breaks them."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project

PROBES = Path(__file__).parent / "probes"


@pytest.fixture(scope="session")
def spoilt(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this worker's own, with the probes in it, to plant bugs in."""
    project = installed().copy(tmp_path_factory.mktemp("spoilt") / "service")
    folder = project.root / "tests" / "probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for source in PROBES.glob("*.py"):
        shutil.copy(source, folder / f"test_{source.name}")
    return project


def probe(project: Project, *arguments: str) -> Run:
    """Run some probes, and return how each of them ended."""
    command = [uv(), "run", "--quiet", "--with", "httpx", "pytest", "-q", "-o", "junit_logging=all", *arguments]
    return run_pytest(command, project.root, project.environment)


@pytest.fixture(scope="session")
def wrong(spoilt: Project) -> Run:
    """Return the outcomes of the probes that do what a test must not, all in one run."""
    return probe(spoilt, "tests/probes/test_wrong.py")


def test_what_is_right_passes(spoilt: Project) -> None:
    """Either httpx will do."""
    done = probe(spoilt, "tests/probes/test_right.py")

    assert done.having("passed") == done.outcomes.keys() != set()


def test_what_is_no_function_can_be_tested_too(spoilt: Project, tmp_path: Path) -> None:
    """A doctest has no arguments to look at."""
    page = tmp_path / "page.txt"
    page.write_text(">>> 1 + 1\n2\n")

    done = spoilt.run("pytest", "-q", "--doctest-glob=page.txt", str(page), f"--rootdir={spoilt.root}")

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("test_sync_client_on_the_database", "failure", ["ClientPolicyError", "take `async_client`"]),
        ("test_a_loop_of_its_own", "failure", ["WrongLoopError", "test_a_loop_of_its_own used the database"]),
        ("test_another_database", "failure", ["WrongDatabaseError", "which is not a test's"]),
        ("test_task_left_running", "error", ["LeakError", "'forgotten', still running"]),
        ("test_session_left_open", "error", ["LeakError", "AsyncSession in an open transaction"]),
        ("test_transaction_left_open[SELECT 1]", "error", ["LeakError", "checked out at", "never given back"]),
        (
            "test_transaction_left_open[INSERT INTO alembic_version VALUES ('x')]",
            "error",
            ["LeakError", "checked out at"],
        ),
        ("test_unknown_role", "failure", ["There is no role 'king'", "admin, editor, writer"]),
        ("test_next_one_is_clean", "passed", []),
    ],
)
def test_mistake_is_named_with_its_cure(wrong: Run, name: str, kind: str, words: list[str]) -> None:
    """The test that did it fails, with what happened and the one thing to do next."""
    outcome = wrong.outcomes[name]

    assert outcome.kind == kind
    assert [word for word in words if word not in outcome.said] == []


def test_failed_test_shows_its_sql(spoilt: Project) -> None:
    """What the test asked of the database stands in its report."""
    done = spoilt.run("pytest", "tests/probes/test_wrong.py", "-k", "failure_shows")

    assert "SQL until call" in done.stdout
    assert "INSERT INTO users" in done.stdout


SEEDED = """
_create = upgrade


def upgrade() -> None:
    _create()
    op.execute("INSERT INTO users VALUES (gen_random_uuid(), now(), 'seed', 'seed', 'admin', 'x', true)")


"""


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        (
            ("pytest.ini", "asyncio_default_test_loop_scope = session", ""),
            "Write this line under [pytest]: asyncio_default_test_loop_scope = session",
        ),
        (
            ("pytest.ini", "asyncio_mode = auto", "asyncio_mode = strict"),
            "asyncio_mode is 'strict', and the one loop needs 'auto'",
        ),
        (
            (
                "migrations/versions/2026_11_23_initial.py",
                "def downgrade()",
                SEEDED + "def downgrade()",
            ),
            "leave rows in public.users, and the first wipe would delete them. List each table",
        ),
    ],
    ids=["no loop scope", "strict mode", "seeded rows"],
)
def test_arrangement_is_refused(spoilt: Project, patch: tuple[str, str, str], words: str) -> None:
    """What the harness cannot work with is said before a test runs wrongly."""
    name, good, bad = patch
    path = spoilt.root / name
    text = path.read_text()
    assert good in text
    try:
        path.write_text(text.replace(good, bad))
        done = spoilt.run("--with", "httpx", "pytest", "-q", "tests/probes/test_right.py")
    finally:
        path.write_text(text)

    assert done.returncode != 0
    assert words in done.stdout


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://localhost/orders", "names the database 'orders', which is not a test's"),
        ("postgresql://u:hunter2@localhost:1/orders_test", "cannot be used"),
        ("sqlite:///orders_test", "is no URL of a PostgreSQL database"),
        ("nonsense", "is no URL of a PostgreSQL database"),
    ],
    ids=["not a test's", "unreachable", "another kind", "nonsense"],
)
def test_wrong_test_database_url_is_refused_once(spoilt: Project, url: str, words: str) -> None:
    """One sentence, no traceback, no password, and an exit status that is not 0."""
    done = spoilt.run("pytest", "-q", "tests/health", env={"TEST_DATABASE_URL": url})

    assert done.returncode != 0
    assert done.stdout.count(words) == 1
    assert "Traceback" not in done.stdout
    assert "hunter2" not in done.stdout
