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
