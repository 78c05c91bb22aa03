"""Over a real socket the suite's result is the same, and the API is what it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bugs import Bug, planted
from tests.support.environment import uv
from tests.support.outcomes import run_pytest
from tests.support.project import Project

PROBE = Path(__file__).parent / "probes" / "live_wrong.py"
PROMISES = [f"tests/harness/promises/{name}.py" for name in ("test_live", "test_streams", "test_websockets")]
SNAPSHOT = "tests/contract/openapi.json"
COMPARED = "tests/harness/contract/test_snapshot.py"
UPDATE = ("tests/harness/contract", "--update-contract")
OUTCOME = re.compile(r"^(\S+::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b", re.MULTILINE)


@pytest.fixture(scope="module")
def service(typed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this file's own, to plant bugs in."""
    return typed.copy(tmp_path_factory.mktemp("live") / "service")


@pytest.fixture
def snapshot(service: Project) -> Iterator[Path]:
    """Give the committed description, which is as it was afterwards."""
    path = service.root / SNAPSHOT
    text = path.read_bytes()
    yield path
    path.write_bytes(text)


def test_result_is_the_same_over_a_socket(service: Project, plain: dict[str, str]) -> None:
    """Test by test, the promise tests among them; and a run says which way it went."""
    live = run_pytest([uv(), "run", "--quiet", "pytest", "--live"], service.root, service.environment)
    header = service.succeed("pytest", "--collect-only", "tests/health")

    assert "harness: live, every async client goes through uvicorn on loopback" in live.output
    assert "harness: live" not in header
    assert list(live.ended.items()) == list(plain.items()), live.output


LIVE = "tests/harness/live"
BUGS = {
    "no TCP_NODELAY": (
        Bug(f"{LIVE}/server.py", "socket.SOCK_STREAM, socket.IPPROTO_TCP)", "socket.SOCK_STREAM)"),
        "test_sends_an_answer_at_once_and_keeps_the_connection",
        "40 ms a request",
    ),
    "Ctrl-C is uvicorn's": (
        Bug(
            f"{LIVE}/uvicorn_server.py",
            "        yield\n",
            "        with super().capture_signals():\n" + " " * 12 + "yield\n",
        ),
        "test_leaves_ctrl_c_to_pytest",
        "'uvicorn'",
    ),
    "one state for all requests": (
        Bug("tests/harness/lifespan.py", '"state": dict(state or {})', '"state": state or {}'),
        "test_hands_the_lifespans_state_to_each_request_as_a_copy",
        "left_by_the_first",
    ),
    "--live does nothing": (
        Bug("tests/harness/fixtures/clients.py", 'pytestconfig.getoption("live")', "False"),
        "test_live_sends_every_client_through_the_server",
        "assert {None} ==",
    ),
    "background tasks are a race": (
        Bug(f"{LIVE}/over_socket.py", "if self._call is None:", "if self._complete:"),
        "test_background_tasks_are_done_when_the_answer_is_there[over the socket]",
        "assert [] == ['work']",
    ),
    "half an answer looks whole": (
        Bug(f"{LIVE}/in_process.py", "if answer.broke_off is not None:", "if answer is None:"),
        "test_answer_that_broke_off_is_none_either_way",
        "DID NOT RAISE",
    ),
    "an end without a name": (
        Bug(f"{LIVE}/patience.py", "raise NoAnswerError(waited_for, seconds) from None", "raise"),
        "test_each_wait_has_an_end",
        "TimeoutError",
    ),
    "a refusal is another in the process": (
        Bug(f"{LIVE}/websocket.py", 'message.get("status", 403)', 'message.get("status", 500)'),
        "test_websockets_are_refused_with_a_status[in the process]",
        "assert 500 == 403",
    ),
    "a websocket's end is not told": (
        Bug(f"{LIVE}/wire.py", '"code": event.code,', '"code": 1006,'),
        "test_websockets_let_the_handler_see_that_the_client_left[in the process]",
        "assert [1006] == [1000]",
    ),
}


@pytest.mark.parametrize(("bug", "noticed_by", "words"), BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(service: Project, bug: Bug, noticed_by: str, words: str) -> None:
    """The named test fails in the service itself, and says why."""
    with planted(service, bug):
        done = service.run("pytest", "-q", "--live", *PROMISES)

    assert re.search(rf"^(FAILED|ERROR) \S+::{re.escape(noticed_by)}", done.stdout, re.MULTILINE), done.stdout
    assert words in done.stdout


def test_ctrl_c_ends_the_run_while_the_server_runs(service: Project) -> None:
    """It is pytest's: the run ends, at once, and the next test does not begin."""
    probe = service.root / "tests" / "test_interrupted.py"
    probe.write_text(PROBE.read_text("utf-8"), "utf-8")
    try:
        done = service.run("pytest", "tests/test_interrupted.py", "--live")
    finally:
        probe.unlink()

    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in done.stdout
    assert "went on after Ctrl-C" not in done.stdout


class TestSnapshot:
    """The committed description of the API."""

    def test_of_a_new_service_is_what_the_command_writes(self, service: Project, snapshot: Path) -> None:
        """So that a user's first `--update-contract` shows the user's change alone."""
        before = snapshot.read_bytes()

        assert "look at it with git diff" in service.succeed("pytest", *UPDATE)
        assert snapshot.read_bytes() == before

    @pytest.mark.usefixtures("snapshot")
    def test_change_is_shown_by_path_and_method_and_accepted_by_one_line(self, service: Project) -> None:
        """A diff for a reader, not of JSON; what comes after it is the line to run."""
        routes = "src/my_service/documents/routes.py"
        schemas = "src/my_service/documents/schemas.py"
        with planted(
            service,
            Bug(routes, '@router.delete("/{document_id}"', '@router.delete("/{document_id}/now"'),
            Bug(schemas, "    content: Prose\n", "    content: Prose\n    language: str\n"),
            Bug("src/my_service/paging.py", "le=100", "le=50"),
        ):
            refused = service.run("pytest", COMPARED)
            accepted = service.run("pytest", *UPDATE)
            again = service.run("pytest", COMPARED)

        assert refused.returncode == pytest.ExitCode.TESTS_FAILED
        for line in (
            "- DELETE /api/documents/{document_id}  removed",
            "+ DELETE /api/documents/{document_id}/now  added",
            "~ POST /api/documents\n",
            "+ body.language  added, string",
            "~ query limit maximum: 100 -> 50",
            "accept it, and commit it: uv run pytest tests/harness/contract --update-contract",
        ):
            assert line in refused.stdout
        assert "~ GET /api/users/me" not in refused.stdout
        assert (accepted.returncode, again.returncode) == (0, 0)

    def test_missing_one_is_said_and_not_silent(self, service: Project, snapshot: Path) -> None:
        """A service may go without; then a run says so, and `-m contract` fails."""
        snapshot.unlink()

        plain = service.run("pytest", "tests/harness/contract", "tests/health")
        asked = service.run("pytest", "-m", "contract", COMPARED)

        assert "contract: there is no tests/contract/openapi.json, so nothing is compared" in plain.stdout
        assert plain.returncode == 0
        assert asked.returncode == pytest.ExitCode.TESTS_FAILED
        assert "Write it, and commit it: uv run pytest tests/harness/contract --update-contract" in asked.stdout


class TestGeneratedRequests:
    """`uv run --group contract pytest -m contract`."""

    CONTRACT = ("--group", "contract", "pytest", "-m", "contract")

    def test_are_left_out_and_the_run_says_so(self, service: Project) -> None:
        """They take half a minute."""
        done = service.succeed("pytest", "tests/harness/contract")

        assert "requests made from the description are left out; uv run --group contract pytest -m contract" in done
        assert "test_generated" not in done

    def test_without_the_group_fail_and_say_what_to_run(self, service: Project) -> None:
        """What makes them is not installed with the rest."""
        done = service.run("--exact", "pytest", "-m", "contract", "-k", "first and answers", "--show-capture=no")

        assert done.returncode == pytest.ExitCode.TESTS_FAILED
        assert "not installed here. Run: uv run --group contract pytest -m contract" in done.stdout

    def test_is_typed_with_the_group_and_without(self, service: Project) -> None:
        """`poe check` runs without it, and the types that it brings are held to as well."""
        for group in ("--no-group", "--group"):
            service.succeed("--isolated", group, "contract", "mypy", "tests/harness/contract")

    def test_find_nothing_in_a_new_service(self, service: Project) -> None:
        """No 5xx, and no answer that is not declared, for nobody and for an administrator."""
        done = service.succeed(*self.CONTRACT, "-v")

        assert {outcome for _, outcome in OUTCOME.findall(done)} == {"PASSED"}
        assert len(OUTCOME.findall(done)) == 3

    def test_find_what_is_not_declared_and_what_fails(self, service: Project) -> None:
        """An undeclared 409, and a 500 for a document only once there is one."""
        users, documents = "src/my_service/users/routes.py", "src/my_service/documents/service.py"
        with planted(
            service,
            Bug(users, "problems(400, 403, 409, 422)", "problems(400, 403, 422)"),
            Bug(documents, "    if document is None:\n", "    assert document is None\n    if document is None:\n"),
        ):
            done = service.run(*self.CONTRACT, "-k", "first and answers", "--show-capture=no")

        assert done.returncode == pytest.ExitCode.TESTS_FAILED
        assert "ContractBrokenError" in done.stdout
        assert re.search(r"POST /api/users: .*?Received: 409\n.*?Documented: 201, 500", done.stdout, re.DOTALL)
        assert re.search(r"GET /api/documents/\{document_id\}: .*?\[500\]", done.stdout, re.DOTALL)
