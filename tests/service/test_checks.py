"""The checks of a service: its answers are those that it declares for each role, its API is its committed snapshot."""

import re

import pytest

from tests.conftest import Installed
from tests.support.bugs import Edit, planted
from tests.support.overlay import Overlay
from tests.support.project import Project

ACCESS = "tests/harness/oneloop/checks/test_access.py"
ROLE = Edit(
    "src/my_service/users/models.py", '    WRITER = "writer"\n', '    WRITER = "writer"\n    AUDITOR = "auditor"\n'
)
COMPARED = "tests/harness/oneloop/checks/test_contract.py"
UPDATE = f"uv run pytest {COMPARED} --update-contract"
SNAPSHOT = "tests/contract/openapi.json"


def test_a_new_role_is_green_with_its_column(changed: Overlay) -> None:
    """Nothing else changes: the role has its user and its client."""
    access = changed.root / "tests/access.py"
    access.write_text(re.sub(r"writer=(\d+)", r"writer=\1, auditor=\1", access.read_text()))

    with planted(changed, ROLE):
        done = changed.pytest(ACCESS)

    assert done.exit_status == 0, done.output
    assert "test_role_gets_what_is_declared[GET /api/metrics as auditor]" in done.having("passed")


def test_a_missing_file_is_a_failure_that_shows_every_line_to_write(changed: Overlay) -> None:
    """Not a skip, and not an import error."""
    (changed.root / "tests/access.py").unlink()

    done = changed.pytest(ACCESS)

    (outcome,) = done.outcomes.values()
    assert outcome.kind == "failure"
    assert "tests/access.py and the app differ." in outcome.said
    assert '    "POST /api/documents": Access(anonymous=401, admin=201, editor=201, writer=201),' in outcome.said
    assert "from oneloop.access import Access\n\nACCESS = {\n" in outcome.said


def test_a_column_without_its_migration_is_shown_once_and_without_the_code_of_the_check(changed: Overlay) -> None:
    """It fails both tests of the migrations."""
    title = "    title: Mapped[str]"
    with planted(changed, Edit("src/my_service/documents/models.py", title, f"    extra: Mapped[int | None]\n{title}")):
        status, output = changed.output("tests/harness/oneloop/checks/test_migrations.py")

    assert status == pytest.ExitCode.TESTS_FAILED
    assert output.count("op.add_column('documents', sa.Column('extra'") == 1
    assert "migrations_agree: DriftError" in output
    assert "\n    uv run oneloop run alembic revision --autogenerate\n" in output
    assert "check_drift" not in output


def compare(service: Overlay, *arguments: str) -> tuple[int, str]:
    return service.output(COMPARED, *arguments)


class TestSnapshot:
    def test_of_a_new_service_is_what_the_command_writes(self, changed: Overlay) -> None:
        """So a user's first `--update-contract` shows only the user's change."""
        before = (changed.root / SNAPSHOT).read_bytes()

        status, output = compare(changed, "--update-contract")

        assert status == 0, output
        assert (changed.root / SNAPSHOT).read_bytes() == before

    def test_shows_a_change_as_a_diff_and_names_the_command_that_accepts_it(self, changed: Overlay) -> None:
        edits = (
            Edit(
                "src/my_service/documents/routes.py",
                '@router.delete("/{document_id}"',
                '@router.delete("/{document_id}/now"',
            ),
            Edit(
                "src/my_service/documents/schemas.py", "    content: Prose\n", "    content: Prose\n    language: str\n"
            ),
        )
        with planted(changed, *edits):
            refused, output = compare(changed)
            accepted, _ = compare(changed, "--update-contract")
            again, _ = compare(changed)

        assert refused == pytest.ExitCode.TESTS_FAILED
        assert f"--- {SNAPSHOT}\n+++ the API\n" in output
        assert '\n+    "/api/documents/{document_id}/now": {\n' in output
        assert re.search(r'^\+ +"language": \{$', output, re.MULTILINE)
        assert f"accept it and commit the file:\n    {UPDATE}" in output
        assert "/api/users/me" not in output
        assert (accepted, again) == (0, 0)

    def test_shows_the_first_lines_of_a_long_change_and_each_path(self, changed: Overlay) -> None:
        """Three routes are over a thousand lines. The paths that are new or gone are the news."""
        with planted(changed, Edit("src/my_service/main.py", "(documents, users, auth,", "(users, auth,")):
            _, output = compare(changed)

        assert re.search(r"^\.\.\. and \d{3} more lines, which `git diff` shows once accepted\.$", output, re.MULTILINE)
        paths = ["/api/documents", "/api/documents/search", "/api/documents/{document_id}"]
        assert re.findall(r"^[+-] (/.*)$", output, re.MULTILINE) == paths
        assert len(output.splitlines()) < 250

    def test_that_is_missing_is_reported(self, changed: Overlay) -> None:
        """A service may go without. Then each run reports it, and `-m contract` fails."""
        (changed.root / SNAPSHOT).unlink()

        status, output = changed.output("tests/harness/oneloop/checks", "--collect-only", "-v")
        asked, failure = compare(changed, "-m", "contract")

        assert status == 0, output
        assert f"the API is not compared: {SNAPSHOT} is missing. Write it: {UPDATE}" in output
        assert "test_contract" not in output.partition("Write it:")[2].partition("--update-contract")[2]
        assert "test_generated_requests" not in output
        assert asked == pytest.ExitCode.TESTS_FAILED
        assert f"There is no {SNAPSHOT}." in failure


def test_generated_requests_need_their_group(changed: Overlay) -> None:
    """What makes the requests is not installed with the rest; the failure names the command that installs it."""
    status, output = changed.output("-m", "contract", "-k", "first and answers")

    assert status == pytest.ExitCode.TESTS_FAILED
    assert "not installed in this environment. Run:\n    uv run --group contract pytest -m contract" in output


@pytest.fixture(scope="module")
def with_group(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A service of its own: the group is installed into its environment."""
    return installed().copy(tmp_path_factory.mktemp("contract") / "service")


@pytest.mark.nightly
class TestGeneratedRequests:
    """`uv run --group contract pytest -m contract`."""

    CONTRACT = ("--group", "contract", "pytest", "-m", "contract")

    def test_find_nothing_in_a_new_service(self, with_group: Project) -> None:
        """No 5xx and no undeclared answer, neither for anonymous requests nor for an administrator's."""
        assert re.search(r"\b3 passed\b", with_group.succeed(*self.CONTRACT, "-q"))

    def test_find_what_is_not_declared_and_what_fails(self, with_group: Project) -> None:
        """An undeclared 409, and a 500 that needs a document."""
        with planted(
            with_group,
            Edit("src/my_service/users/routes.py", "problems(400, 403, 409, 422)", "problems(400, 403, 422)"),
            Edit(
                "src/my_service/documents/service.py",
                "    if document is None:\n",
                "    assert document is None\n    if document is None:\n",
            ),
        ):
            done = with_group.run(*self.CONTRACT, "-k", "first and answers", "--show-capture=no")

        assert done.returncode == pytest.ExitCode.TESTS_FAILED
        assert "The app answered what its description does not say" in done.stdout
        assert re.search(r"POST /api/users\b.*?Received: 409", done.stdout, re.DOTALL)
        assert re.search(r"/api/documents/\{document_id\}.*?\[500\]", done.stdout, re.DOTALL)
