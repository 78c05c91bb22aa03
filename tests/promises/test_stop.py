"""What every test needs and is not there is said once, by the first test, and the run ends."""

import pytest

from tests.conftest import Installed
from tests.support.bugs import Edit, planted, run_tests
from tests.support.project import Project

CREATE_APP = '''@pytest.fixture(scope="session")
def create_app() -> Callable[[Settings], FastAPI]:
    """Build the app that production runs."""
    return main.create_app
'''


@pytest.fixture(scope="module")
def broken(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service to break."""
    return installed().copy(tmp_path_factory.mktemp("broken") / "service")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(
            Edit("tests/conftest.py", CREATE_APP, ""),
            "The harness does not know how to create the app. Add a session-scoped fixture `create_app`",
            id="a seam that is half filled in",
        ),
        pytest.param(
            Edit("tests/conftest.py", "    return main.create_app\n", '    raise OSError("no broker")\n'),
            "OSError: no broker",
            id="an app that cannot be created",
        ),
        pytest.param(
            Edit(
                "src/my_service/main.py",
                "            engine = create_engine(settings)\n",
                '            raise OSError("no broker")\n',
            ),
            "OSError: no broker",
            id="an app that does not start",
        ),
        pytest.param(
            Edit(
                "migrations/versions/2026_11_23_initial.py",
                'op.create_table(\n        "users",',
                'op.execute("CREATE TABLE no.users ()")\n    op.create_table(\n        "users",',
            ),
            'schema "no" does not exist',
            id="a migration that fails",
        ),
        pytest.param(
            Edit(
                "tests/conftest.py", '@pytest.fixture(scope="session")\ndef settings', "@pytest.fixture\ndef settings"
            ),
            "SeamScopeError: The fixture `settings` of tests/conftest.py is made anew for each test",
            id="a seam of a narrow scope",
        ),
    ],
)
def test_it_is_said_once(broken: Project, edit: Edit, words: str) -> None:
    with planted(broken, edit):
        run = run_tests(broken)

    assert run.exit_status == 1
    assert len(run.ended) == 1, run.output
    assert words in run.output
    assert "Every test needs the fixture" in run.output


def test_a_sentence_of_the_harness_has_no_traceback(broken: Project) -> None:
    with planted(broken, Edit("tests/conftest.py", CREATE_APP, "")):
        run = run_tests(broken)

    assert "Traceback" not in run.output
    assert "stop.py" not in run.output
    assert len(run.output.splitlines()) < 12, run.output


DRIFT = Edit("src/my_service/users/models.py", "    is_active: ", "    planted: Mapped[str]\n    is_active: ")
COMPARED = "tests/harness/drift_hooks.py"


def test_a_column_that_no_migration_makes_is_said_once(broken: Project) -> None:
    """Each test that needs it would fail with an error of PostgreSQL; the first one tells the missing step."""
    with planted(broken, DRIFT):
        run = run_tests(broken, "tests/users", "tests/documents")

    failed = run.having("failure") | run.having("error")
    assert len(failed) == 1, run.output
    assert run.output.count("op.add_column('users', sa.Column('planted'") == 1
    assert run.output.count("!! The models and the migrations disagree: see above. !!") == 1


def test_drift_that_nobody_looks_for_is_said_by_every_test(broken: Project) -> None:
    """The planted bug of the test above."""
    with planted(broken, DRIFT, Edit(COMPARED, "if BREAKS.search(steps):", "if not steps:")):
        run = run_tests(broken, "tests/users")

    assert len(run.having("failure") | run.having("error")) > 10


def test_a_table_that_is_missing_for_another_reason_stops_nothing(broken: Project) -> None:
    """Models and migrations agree, so that the fault is the test's own."""
    path = broken.root / "tests/users/test_typo.py"
    path.write_text(
        "from sqlalchemy import text\n\n\n"
        "async def test_typo(db_session):\n"
        '    await db_session.execute(text("SELECT * FROM uesrs"))\n\n\n'
        "async def test_next(test_users):\n    pass\n"
    )
    try:
        run = run_tests(broken, "tests/users/test_typo.py")
    finally:
        path.unlink()

    assert run.having("failure") == {"test_typo"}
    assert run.having("passed") == {"test_next"}
    assert "disagree" not in run.output
