"""Leaks have names, the loop is not blocked, and no test leaves the machine: whoever does so is told."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.bugs import Bug, planted
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project

PROBES = Path(__file__).parent / "probes"
LEAKS = "tests/probes/test_leaks_wrong.py"
NETWORK = "tests/probes/test_network_wrong.py"


@pytest.fixture(scope="module")
def leaky(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this file's own, with its probes in it."""
    project = installed().copy(tmp_path_factory.mktemp("leaky") / "service")
    folder = project.root / "tests" / "probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name in ("leaks_wrong.py", "network_wrong.py"):
        shutil.copy(PROBES / name, folder / f"test_{name}")
    return project


def probe(project: Project, *arguments: str) -> Run:
    """Run some tests, and return how each of them ended."""
    return run_pytest([uv(), "run", "--quiet", "pytest", "-q", *arguments], project.root, project.environment)


@pytest.fixture(scope="module")
def wrong(leaky: Project) -> Run:
    """Return the outcomes of all probes, in one run."""
    return probe(leaky, LEAKS, NETWORK)


MISTAKES = {
    "test_connection_left_open": ("error", ["checked out at", "never given back"]),
    "test_connection_dropped": ("error", [f"checked out at {LEAKS}:25 and never given back"]),
    "test_session_left_open": ("error", ["checked out at", "never given back"]),
    "test_client_left_open": ("error", ["the AsyncClient opened at", "never closed"]),
    "test_override_behind_the_fixture": ("error", ["the override of len by max on the app"]),
    "test_task_of_a_fixture": ("error", ["'of a fixture', still running"]),
    "test_task_that_failed": (
        "error",
        ["of the task 'unheard' that nobody awaits: RuntimeError", f"raised at {LEAKS}:"],
    ),
    "test_refused_and_leaky": ("error", ["ServerSettingError: ", "LeakError: ", "checked out at"]),
    "test_handler_that_waits": ("error", ["BlockingCallError", f"time.sleep, called at {LEAKS}:", "to_thread"]),
    "test_handler_that_waits_is_seen_to_fail": ("error", ["BlockingCallError"]),
    "test_that_waits": ("failure", ["BlockingCallError", f"time.sleep, called at {LEAKS}:"]),
    "test_coroutine_dropped_in_a_cycle": ("error", ["was never awaited"]),
    "test_connection_dropped_in_a_cycle": ("error", ["ResourceWarning"]),
    "test_asks": ("failure", ["NetworkError", "would leave this machine for rates.invalid:443", "`external_http`"]),
    "test_asks_by_a_fixture": ("error", ["test_asks_by_a_fixture would leave this machine for rates.invalid:443"]),
    "test_service_hides_it": ("error", ["would leave this machine for rates.invalid:443"]),
    "test_sync_and_blocking": ("failure", ["would leave this machine for 192.0.2.1:443"]),
    "test_looks_up": ("failure", ["would leave this machine for rates.invalid."]),
    "test_unexpected_request": ("error", ["asked for GET https://rates.invalid/latest", "external_http.answer("]),
}


@pytest.mark.parametrize(("name", "kind", "words"), [(name, *said) for name, said in MISTAKES.items()])
def test_mistake_is_named_with_its_cure(wrong: Run, name: str, kind: str, words: list[str]) -> None:
    """The test that did it fails, with what happened, where, and what to do."""
    outcome = wrong.outcomes[name]

    assert outcome.kind == kind, outcome.said
    assert [word for word in words if word not in outcome.said] == []


def test_what_is_no_mistake_passes(wrong: Run) -> None:
    """And after each mistake the next test is clean."""
    passed = wrong.having("passed")

    assert wrong.outcomes.keys() - passed == MISTAKES.keys()
    assert len(passed) >= 10


@pytest.mark.parametrize(
    ("name", "option"),
    [("test_that_waits", "may_block=test_leaks_wrong.py"), ("test_looks_up", "network_hosts=rates.invalid")],
)
def test_suite_can_be_exempt(leaky: Project, name: str, option: str) -> None:
    """A line in pytest.ini lets a whole suite do it."""
    assert probe(leaky, LEAKS, NETWORK, "-k", f"{name} and not handler", "-o", option).having("passed") == {name}


@pytest.mark.parametrize("marker", ["network", "blocking"])
@pytest.mark.parametrize("arguments", ["", "()", '("")', '(reason="because")'])
def test_exemption_needs_a_reason(leaky: Project, marker: str, arguments: str) -> None:
    """Without one the run ends before a test, in one line that says how to write it."""
    file = leaky.root / "tests" / "test_exempt.py"
    file.write_text(f"import pytest\n\n\n@pytest.mark.{marker}{arguments}\ndef test_exempt() -> None:\n    pass\n")

    done = leaky.run("pytest", "-q", "tests/test_exempt.py")
    file.unlink()

    assert done.returncode != 0
    assert done.stdout.count(f'Write: @pytest.mark.{marker}("why this test needs it")') == 1
    assert "Traceback" not in done.stdout


HARNESS = "tests/harness"
PROMISED = f"{HARNESS}/promises/test_leaks.py"
BLOCKING = f"{HARNESS}/promises/test_blocking.py"
ASKED = f"{HARNESS}/promises/test_external_http.py"
LEFT = f"{HARNESS}/promises/test_network.py"
BUGS = {
    "pools are not watched": Bug(
        f"{HARNESS}/leaks/connections.py",
        "self._out[entry] = CheckedOut(",
        "_ = CheckedOut(",
        f"{PROMISED}::test_a_connection_not_given_back_is_named_and_closed",
        "not enough values to unpack",
    ),
    "connections stay out": Bug(
        f"{HARNESS}/leaks/connections.py",
        "await greenlet_spawn(connection.invalidate)",
        "pass",
        f"{PROMISED}::test_a_connection_not_given_back_is_named_and_closed",
        "Current Checked out connections: 1",
    ),
    "a connection given back counts as a leak": Bug(
        f"{HARNESS}/leaks/connections.py",
        "out = self._out.pop(entry, None)\n",
        "out = None\n",
        f"{PROMISED}::test_what_is_given_back_is_no_leak",
        "never given back",
    ),
    "tasks run on": Bug(
        f"{HARNESS}/leaks/tasks.py",
        "            task.cancel()\n",
        "            pass\n",
        f"{PROMISED}::test_a_task_is_named_and_cancelled",
        "cancelled",
    ),
    "nobody hears of a failed task": Bug(
        f"{HARNESS}/fixtures/application.py",
        "    isolation.leaks.failures.watch(isolation.guard.loop)\n",
        "",
        f"{PROMISED}::test_a_failed_task_that_nobody_awaits_is_named",
        "not enough values to unpack",
    ),
    "clients stay open": Bug(
        f"{HARNESS}/leaks/clients.py",
        "await opened.client.aclose()",
        "pass",
        f"{PROMISED}::test_a_client_is_named_and_closed",
        "is_closed",
    ),
    "overrides of a mounted app stay": Bug(
        f"{HARNESS}/leaks/overrides.py",
        "            yield from _with_mounted(mounted)\n",
        "            pass\n",
        f"{PROMISED}::test_an_override_is_named_and_taken_off",
        "Version 1",
    ),
    "blocking calls pass": Bug(
        f"{HARNESS}/leaks/hooks.py",
        "blocking.watching = reason(item, MARKER) is None",
        "blocking.watching = False",
        f"{BLOCKING}::test_a_blocking_call_is_refused_at_its_line",
        "assert 200 == 500",
    ),
    "a swallowed refusal is forgotten": Bug(
        f"{HARNESS}/guard.py",
        "        self.violations.append(error)\n",
        "",
        f"{ASKED}::test_a_refusal_that_the_service_hides_is_raised_again",
        "DID NOT RAISE",
    ),
    "garbage is left": Bug(
        f"{HARNESS}/leaks/garbage.py",
        "gc.collect(1)",
        "gc.get_count()",
        f"{PROMISED}::test_what_is_dropped_in_a_cycle_is_collected_at_the_end",
        "is None",
    ),
    "names are looked up": Bug(
        f"{HARNESS}/network/guard.py",
        "            if name not in self._hosts:\n",
        "            if name in self._hosts:\n",
        f"{LEFT}::test_leaving_this_machine_is_refused_by_host_and_port[by_streams]",
        "gaierror",
    ),
    "addresses are reached": Bug(
        f"{HARNESS}/network/guard.py",
        'CONNECTS = ("connect", "connect_ex", "sendto")',
        'CONNECTS = ("connect_ex", "sendto")',
        f"{LEFT}::test_leaving_this_machine_is_refused_by_host_and_port[by_address]",
        "",
    ),
    "the fake answers anything": Bug(
        f"{HARNESS}/network/fake.py",
        "            self._guard.refuse(UnexpectedRequestError(self._guard.test, key, self._answers))\n",
        "            return Response(200, json={})\n",
        f"{ASKED}::test_an_unexpected_request_is_named",
        "hidden",
    ),
}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(leaky: Project, bug: Bug) -> None:
    """By the named test of the emitted suite, with the right message."""
    with planted(leaky, bug):
        done = probe(leaky, bug.noticed_by)

    name = bug.noticed_by.rpartition("::")[2]
    assert done.outcomes[name].kind in {"failure", "error"}
    assert bug.words in done.outcomes[name].said
