"""What is not the plugin's fails in its own words: a stranger's hook, an odd exception, an item of another kind."""

import re
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from oneloop.selftest.conftest import Run, RunSuite, run, source

CRASHED = "INTERNALERROR"
FAILED_HERE = "oneloop failed here"
HOOKS = """
    sessionstart(session)
    collection_modifyitems(items)
    collection_finish(session)
    runtest_protocol(item)
    fixture_setup(fixturedef)
    runtest_call(item)
    runtest_makereport(item)
    terminal_summary(terminalreporter)
    sessionfinish(session)
""".split()
FAILS = '\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_{}:\n    raise RuntimeError("of a stranger")\n'
CUSTOM = """

class Custom(pytest.File):
    def collect(self):
        return [CustomItem.from_parent(self, name=name) for name in ("passes", "fails")]


class CustomItem(pytest.Item):
    def runtest(self):
        assert self.name == "passes"


def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".custom":
        return Custom.from_parent(parent, path=file_path)
"""


@pytest.mark.parametrize("hook", HOOKS)
def test_an_exception_of_another_hook_is_the_only_one(run: RunSuite, hook: str) -> None:
    done = run("tests/test_suite.py", "-k", "test_01", seam=FAILS.format(hook))

    assert "RuntimeError: of a stranger" in done.output
    raised = re.findall(r"^(?:INTERNALERROR> )?(?:E +)?([\w.]+(?:Error|Warning|Exit)): (.*)$", done.output, re.MULTILINE)
    assert {words for _, words in raised} <= {"of a stranger"}, done.output


@pytest.fixture
def kinds(run: RunSuite, pytester: pytest.Pytester) -> Run:
    shutil.copy(Path(__file__).with_name("kinds.py"), pytester.path / "tests/test_kinds.py")
    (pytester.path / "tests/items.custom").touch()
    return run("tests/test_kinds.py", "tests/items.custom", "--doctest-modules", "--tb=line", seam=CUSTOM)


def test_every_kind_of_exception_and_of_item_is_reported(kinds: Run) -> None:
    assert CRASHED not in kinds.output
    assert FAILED_HERE not in kinds.output
    assert "RuntimeError: this exception has no text" not in kinds.output  # pytest does not ask such a one for its text
    passed = {name for name, outcome in kinds.outcomes.items() if outcome == "passed"}
    right = {"passes", "test_next_is_clean", "TestOfUnittestOnItsOwnLoop::test_passes"}
    assert passed == right | {name for name in kinds.outcomes if name.startswith("test_logs[")}
    assert len(kinds.outcomes) > 60


def test_a_part_of_the_report_that_fails_is_left_out(run: RunSuite, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> NoReturn:
        raise RuntimeError("a bug of the plugin")

    monkeypatch.setattr("oneloop.report.report_writer.CONTRIBUTORS", (fail,))
    done = run("tests/test_suite.py", "-k", "test_task")

    assert CRASHED not in done.output
    done.shows(FAILED_HERE, "a bug of the plugin", "LeakError")


@pytest.mark.parametrize(
    ("seam", "words"),
    [
        ("create_app = pytest.fixture(scope='session')(lambda: pytest.exit('enough'))", "Exit: enough"),
        ("@pytest.fixture(scope='session')\ndef event_loop_policy(): ...", "pytest_asyncio_loop_factories"),
    ],
    ids=["exit", "event_loop_policy"],
)
def test_what_ends_a_run_is_reported_once(run: RunSuite, seam: str, words: str) -> None:
    done = run("tests/test_checks.py", "tests/test_suite.py", seam=f"\n{seam}\n")

    assert CRASHED not in done.output
    assert words in done.output
    assert len(done.outcomes) <= 1, done.output
