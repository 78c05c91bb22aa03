"""The client policy is kept and every route declares its answers; whoever does otherwise is told by name."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.bugs import Bug, planted
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project

PROBES = Path(__file__).parent / "probes"
DRIVERS = ("--with", "psycopg[binary]", "--with", "aiosqlite")


@pytest.fixture(scope="session")
def policed(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this worker's own, with the probes of the policy in it."""
    project = installed().copy(tmp_path_factory.mktemp("policed") / "service")
    folder = project.root / "tests" / "probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for source in PROBES.glob("policy_*.py"):
        shutil.copy(source, folder / f"test_{source.name}")
    return project


def probe(project: Project, *arguments: str) -> Run:
    """Run some tests, and return how each of them ended."""
    command = [uv(), "run", "--quiet", *DRIVERS, "pytest", "-q", *arguments]
    return run_pytest(command, project.root, project.environment)


@pytest.fixture(scope="session")
def drivers(policed: Project) -> Run:
    return probe(policed, "tests/probes/test_policy_drivers.py")


@pytest.fixture(scope="session")
def wrong(policed: Project) -> Run:
    return probe(policed, "tests/probes/test_policy_wrong.py")


class TestAtRest:
    @pytest.mark.parametrize(
        "line",
        [
            "from fastapi.testclient import TestClient",
            "from starlette.testclient import TestClient as Client",
            "import fastapi.testclient",
            "from fastapi import testclient",
        ],
    )
    def test_sync_client_cannot_be_imported(self, policed: Project, line: str) -> None:
        """The message leads to the page."""
        file = policed.root / "tests/test_banned.py"
        file.write_text(f"{line}\n")

        done = policed.run("ruff", "check", "--select", "TID251", "tests/test_banned.py")
        file.unlink()

        assert done.returncode != 0
        assert "See docs/testing/clients.md." in done.stdout

    def test_the_harness_alone_may(self, policed: Project) -> None:
        """Of all that is rendered, one file does."""
        found = [
            path.relative_to(policed.root).as_posix()
            for path in policed.root.rglob("*.py")
            if ".venv" not in path.parts and re.search(r"^(from|import) .*testclient", path.read_text(), re.MULTILINE)
        ]

        assert found == ["tests/harness/clients.py"]


COLLECTED = {
    "test_both": "asks for `client` and for `async_client`: two loops in one test. Take the async one alone.",
    "test_both_by_a_fixture": "asks for `client` (through a fixture) and for `writer_client`",
    "test_sync_in_async": "is `async def` and asks for `client`",
    "TestMixed": "mixes the clients: test_one takes `client`, test_other takes `client_as`. Give",
    "test_no_reason": "is exempt without a reason. Write it: `@pytest.mark.sync_client(",
    "test_blank_reason": "is exempt without a reason",
    "test_named_reason": "is exempt without a reason",
    "test_exempts_nothing": "bears the mark `sync_client` and asks for no `client`. Delete the mark.",
    "test_sync_marked_async": "bears the mark `asyncio` and is no `async def`. Delete the mark.",
}


class TestAtCollection:
    @pytest.mark.parametrize("options", [[], ["-n", "2"], ["-k", "fine"]], ids=["alone", "workers", "a part"])
    def test_all_offenders_are_listed_once_and_nothing_runs(self, policed: Project, options: list[str]) -> None:
        """One error for all of them, whatever the way of running."""
        done = policed.run("pytest", "-q", "tests/probes/test_policy_collected.py", *options)

        assert done.returncode == 4
        assert done.stdout.count("The client policy is broken; docs/testing/clients.md") == 1
        offences = dict(re.findall(r"^  \S+::(\w+) (.*)$", done.stdout, re.MULTILINE))
        assert offences.keys() == COLLECTED.keys()
        assert [name for name, words in COLLECTED.items() if words not in offences[name]] == []
        assert "passed" not in done.stdout
        assert "Traceback" not in done.stdout

    @pytest.mark.parametrize(("mark", "kind"), [("asyncio", ast.AsyncFunctionDef), ("not asyncio", ast.FunctionDef)])
    def test_the_mark_asyncio_divides_the_tests(self, policed: Project, mark: str, kind: type[ast.AST]) -> None:
        """`-m 'not asyncio'` runs exactly the sync tests."""
        listed = policed.run("pytest", "--collect-only", "-q", "-m", mark, "--ignore=tests/probes")

        selected = re.findall(r"^(\S+\.py)::(?:(\w+)::)?(\w+)", listed.stdout, re.MULTILINE)
        assert len(selected) >= 15
        for file, group, name in set(selected):
            tree = ast.walk(ast.parse((policed.root / file).read_text()))
            found = [each for each in tree if isinstance(each, kind) and getattr(each, "name", "") == name]
            assert found, f"{file}::{group}::{name} is not what -m '{mark}' selects"


RUNNING = {
    "test_login": ("log in", "reached the database through the sync `client`"),
    "test_nobody_signed_in": ("authenticates", "asked /api/metrics, which authenticates its caller (HTTPBearer)"),
    "test_swallowed": ("swallow", "reached the database"),
    "test_websocket_that_authenticates": ("guarded", "asked /probe/guarded, which authenticates"),
    "test_websocket_on_the_database": ("feed", "reached the database"),
    "test_exempt_on_the_database": ("log in", "reached the database"),
}


class TestAtRunTime:
    @pytest.mark.parametrize("name", RUNNING)
    def test_mistake_is_named_with_its_line(self, wrong: Run, name: str) -> None:
        """The test's name, what it did, and the line to change."""
        place, words = RUNNING[name]
        lines = (PROBES / "policy_wrong.py").read_text().splitlines()
        (line,) = [number for number, text in enumerate(lines, 1) if text.endswith(f"# here: {place}")]

        outcome = wrong.outcomes[name]

        assert outcome.kind == "failure"
        assert f"ClientPolicyError: {name} {words}" in outcome.said
        assert f"Change tests/probes/test_policy_wrong.py:{line}: write `async def`" in outcome.said

    def test_refusal_that_the_test_swallows_is_forgotten(self, wrong: Run) -> None:
        """Whoever catches the error has been told."""
        assert wrong.outcomes["test_swallowed_twice"].kind == "passed"

    @pytest.mark.parametrize("driver", ["postgresql+asyncpg", "postgresql+psycopg", "sqlite+aiosqlite"])
    def test_every_driver_is_refused_alike(self, drivers: Run, driver: str) -> None:
        """By engine, by session factory, and when the handler swallows it."""
        refused = {name: each for name, each in drivers.outcomes.items() if "refused" in name and driver in name}

        assert len(refused) == 3
        assert {each.kind for each in refused.values()} == {"failure"}
        assert [
            name for name, each in refused.items() if "reached the database through the sync" not in each.said
        ] == []

    def test_every_driver_is_right_on_the_one_loop(self, drivers: Run) -> None:
        """What is refused is the loop and not the driver."""
        right = {name: each.kind for name, each in drivers.outcomes.items() if "right" in name}

        assert len(right) == 6
        assert set(right.values()) == {"passed"}


MATRIX = "tests/harness/access"
ROLE = Bug(
    "src/my_service/users/models.py", '    WRITER = "writer"\n', '    WRITER = "writer"\n    AUDITOR = "auditor"\n', ""
)


class TestAccess:
    def test_new_role_has_a_user_and_a_client_and_misses_its_column(self, policed: Project) -> None:
        """Nothing in the harness changes: every entry that lacks the role is named, with the argument to add."""
        with planted(policed, ROLE):
            done = probe(policed, MATRIX, "tests/probes/test_policy_wrong.py::test_new_role")

        assert done.outcomes["test_new_role"].kind == "passed"
        said = done.outcomes["test_every_route_has_a_declared_answer_for_every_role"].said
        assert 'Add to the Access of "GET /api/health":\n    auditor=200,' in said
        assert 'Add to the Access of "GET /api/metrics":\n    auditor=403,' in said

    def test_new_role_with_its_column_is_green(self, policed: Project) -> None:
        access = policed.root / "tests/access.py"
        text = access.read_text()
        try:
            access.write_text(re.sub(r"writer=(\d+)", r"writer=\1, auditor=\1", text))
            with planted(policed, ROLE):
                done = probe(policed, MATRIX)
        finally:
            access.write_text(text)

        assert done.exit_status == 0, done.output
        assert "test_role_gets_what_is_declared[GET /api/metrics as auditor]" in done.having("passed")

    def test_missing_file_is_a_failure_that_shows_every_line_to_write(self, policed: Project) -> None:
        """Not a skip, and not an import error."""
        access = policed.root / "tests/access.py"
        text = access.read_text()
        try:
            access.unlink()
            done = probe(policed, MATRIX)
        finally:
            access.write_text(text)

        (outcome,) = done.outcomes.values()
        assert outcome.kind == "failure"
        assert "tests/access.py and the app differ." in outcome.said
        assert '    "POST /api/documents": Access(anonymous=401, admin=201, editor=201, writer=201),' in outcome.said
        assert "from tests.harness.access import Access\n\nACCESS = {\n" in outcome.said


HARNESS = "tests/harness"
PROMISED = f"{HARNESS}/promises/test_client_policy.py"
ROUTE = """

@router.get("/all")
async def get_all(_: AdminDep) -> None:
    ...
"""
BUGS = {
    "a route without an entry": Bug(
        "src/my_service/metrics.py",
        "    return Metrics(active_users=row[0], total_documents=row[1], total_queries=row[2])\n",
        f"    return Metrics(active_users=row[0], total_documents=row[1], total_queries=row[2])\n{ROUTE}",
        MATRIX,
        '"GET /api/metrics/all": Access(anonymous=401, admin=200, editor=200, writer=200),',
    ),
    "an entry without a route": Bug(
        "tests/access.py",
        '    "GET /api/health": ',
        '    "GET /api/wealth": Access(anonymous=200, admin=200, editor=200, writer=200),\n    "GET /api/health": ',
        MATRIX,
        'The app has no such route; delete from ACCESS:\n    "GET /api/wealth": ...',
    ),
    "an entry with a wrong status": Bug(
        "tests/access.py",
        '"GET /api/users/me": Access(anonymous=401, admin=200, editor=200',
        '"GET /api/users/me": Access(anonymous=401, admin=200, editor=403',
        MATRIX,
        "GET /api/users/me as editor answered 200, and tests/access.py says 403",
    ),
    "an entry that cannot be read": Bug(
        "tests/access.py",
        '"GET /api/health": Access(',
        '"/api/health": Access(',
        MATRIX,
        "the entry '/api/health' cannot be read. Write \"GET /api/path\": Access(...).",
    ),
    "a path that nothing fills in": Bug(
        "tests/access.py",
        "writer=200, arrange=anothers_document",
        "writer=200",
        MATRIX,
        'nothing fills in {document_id}. In tests/access.py, give the entry `call=Call(path={"document_id": ...})`',
    ),
    "a route that lost its role": Bug(
        "src/my_service/metrics.py",
        "AdminDep",
        "CurrentUserDep",
        MATRIX,
        "GET /api/metrics as editor answered 200, and tests/access.py says 403",
    ),
    "an owner who is not asked for": Bug(
        "src/my_service/documents/routes.py",
        "get_own_document(session, document_id, user)",
        "get_document(session, document_id)",
        MATRIX,
        "of another as writer answered 204, and tests/access.py says 403",
    ),
    "role clients that are one": Bug(
        f"{HARNESS}/fixtures/clients.py",
        "        client = await _open_client()\n        client.headers",
        "        client = vars(sign_in).setdefault('one', await _open_client())\n        client.headers",
        f"{HARNESS}/promises/test_roles.py",
        "test_clients_of_different_roles_are_different_people",
    ),
    "a matrix that misses routes": Bug(
        f"{HARNESS}/routes.py",
        "                yield Endpoint(",
        "                if method != 'GET':\n                    yield Endpoint(",
        f"{HARNESS}/promises/test_roles.py",
        "test_route_without_an_entry_is_named_with_the_line_to_add",
    ),
    "a guard that looks away": Bug(
        f"{HARNESS}/guard.py",
        "asyncio.get_running_loop() is not self.loop",
        "asyncio.get_running_loop() is None",
        PROMISED,
        "test_database_is_refused_around_the_dependency",
    ),
    "a refusal that can be swallowed": Bug(
        f"{HARNESS}/guard.py",
        "self.violations.append(error)",
        "pass",
        PROMISED,
        "test_refusal_that_a_handler_swallows_is_raised_all_the_same",
    ),
    "a tree that is not walked": Bug(
        f"{HARNESS}/routes.py",
        "map(find_scheme, dependant.dependencies)",
        "map(find_scheme, ())",
        PROMISED,
        "test_authentication_is_refused_before_anything_runs",
    ),
    "rules that find nothing": Bug(
        f"{HARNESS}/policy/rules.py",
        "    elif test.is_async:\n",
        "    elif not test.fixtures:\n",
        f"{HARNESS}/promises/test_policy_rules.py",
        "test_offence_is_named_with_its_cure[async]",
    ),
}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(policed: Project, bug: Bug) -> None:
    """A promise whose test cannot fail is none."""
    with planted(policed, bug):
        done = probe(policed, bug.noticed_by)

    failed = done.having("failure") | done.having("error")
    assert failed
    assert bug.words in done.output


def test_hooks_that_are_not_registered_are_noticed(policed: Project) -> None:
    """The rules are applied, and not only there."""
    bug = Bug(f"{HARNESS}/policy/hooks.py", "    if not offences:\n", "    if offences:\n", "")
    with planted(policed, bug):
        done = policed.run("pytest", "-q", "--collect-only", "tests/probes/test_policy_collected.py")

    assert done.returncode != 4


def test_drivers_pass_in_silence_without_the_guard(policed: Project) -> None:
    """A driver other than asyncpg says nothing of the wrong loop: without the guard it passes."""
    with planted(policed, BUGS["a guard that looks away"]):
        done = probe(policed, "tests/probes/test_policy_drivers.py", "-k", "refused and engine")

    silent = {name for name in done.having("passed") if "psycopg" in name or "aiosqlite" in name}
    assert len(silent) == 2
