"""One run of the command. It reads the working tree, leaves nothing behind, and says in a sentence what is wrong."""

import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from oneloop_tools.plant.errors import NoCoverageError
from oneloop_tools.plant.kinds import KINDS
from oneloop_tools.plant.outcome import Baseline, Outcome, judge
from oneloop_tools.plant.places import Bug
from oneloop_tools.plant.report import render
from oneloop_tools.plant.suite_run import Failure, SuiteRun
from oneloop_tools.plant.workers import find_coverage
from tests.tools.plant.conftest import CODE, OWN_TEST, TESTS, Shop

Unchanged = Callable[[], bool]
UNKNOWN = "check-dropped src/shop/orders.py find 1"
OWNER = "owner-filter-dropped src/shop/orders.py find 1"
ADMIN = "role-check-dropped src/shop/orders.py unused 1"
SOME = ("--kind", "check-dropped", "--kind", "owner-filter-dropped", "--kind", "role-check-dropped")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def states(report: Path) -> dict[str, str]:
    return {bug["id"]: bug["state"] for bug in json.loads(report.read_text("utf-8"))["bugs"]}


BOTH = pytest.mark.parametrize("shop", ["shared", "isolated"], indirect=True)


@BOTH
def test_bugs_are_caught_survive_or_are_not_reached(shop: Shop, unchanged: Unchanged, report: Path) -> None:
    """A test reaches the check of the owner and passes without it. No test calls the last function."""
    shop.write(
        "tests/test_orders.py", TESTS + OWN_TEST.replace('with pytest.raises(HTTPException, match="403"):', "if True:")
    )
    shop.write("src/shop/orders.py", CODE.replace("order.owner_id != user_id", "order.owner_id == user_id"))
    assert unchanged()

    done = shop.plant("--json", str(report), "--verbose", *SOME)

    assert states(report) == {UNKNOWN: "caught", OWNER: "survived", ADMIN: "not reached"}
    assert "by tests/test_orders.py::test_unknown_order" in done.stdout
    assert "src/shop/orders.py:8 owner-filter-dropped in find: 1 test reaches it, and none fails" in done.stdout
    assert "plant: 3 places in 1 file. The tests run twice without a bug.\n" in done.stderr
    assert "-    if order.owner_id == user_id:\n    +    if False:" in done.stdout
    assert "In production: Every user is an administrator." in done.stdout
    assert "docs/planting.md#owner-filter-dropped" in done.stdout
    assert done.status == 1
    assert unchanged()


def test_baseline_lists_what_is_not_caught_yet(shop: Shop, report: Path, tmp_path: Path) -> None:
    """It is written once. A reason makes a bug equivalent, and a new bug fails."""
    baseline = tmp_path / "planting.json"
    listed = ["--baseline", str(baseline), "--json", str(report), *SOME]

    refused = shop.plant(*listed)
    written = shop.plant(*listed, "--update")
    known = json.loads(baseline.read_text("utf-8"))["bugs"]
    known[0]["reason"] = "Both are the same."
    baseline.write_text(json.dumps({"version": 1, "bugs": known[:1]}), "utf-8")
    again = shop.plant(*listed)

    assert refused.status == 2
    assert refused.stderr.startswith(f"There is no {baseline}. Write it once")
    assert written.status == 0
    assert [each["id"] for each in known] == [OWNER, ADMIN]
    assert again.status == 1
    assert states(report) == {UNKNOWN: "caught", OWNER: "equivalent", ADMIN: "not reached"}


def test_since_plants_in_changed_lines(shop: Shop) -> None:
    shop.git("init", "-q")
    shop.git("add", ".")
    shop.git("commit", "-qm", "one")
    shop.git("config", "diff.mnemonicPrefix", "true")  # a user's setting
    shop.write("src/shop/orders.py", CODE.replace("is None:", "is None:  # changed"))

    done = shop.plant("--since", "HEAD", "--list", *SOME)
    wrong = shop.plant("--since", "nowhere", "--list")

    assert done.stdout.startswith(f"{UNKNOWN}  line 6\n")
    assert OWNER not in done.stdout
    assert wrong.stderr.startswith("git cannot compare with nowhere: ")


FLAKY = """
from pathlib import Path

def test_flaky():
    runs = Path(__file__).parent / "runs"
    runs.write_text(runs.read_text() + "." if runs.exists() else ".")
    assert len(runs.read_text()) != 2
"""
HANGS = "\ndef test_hangs():\n    import time\n    time.sleep(600)\n"


class Wrong(NamedTuple):
    """A file of the project, options, and the beginning of the sentence. `ROOT` is the project's folder."""

    says: str
    path: str = "a.py"
    text: str = ""
    options: tuple[str, ...] = ()


WRONG = {
    "red": Wrong(
        "1 test fails without a planted bug:\n    tests/test_a.py::test_red\n",
        "tests/test_a.py",
        "def test_red():\n    assert 0\n",
    ),
    "flaky": Wrong("1 test fails in one of two runs without a planted bug:", "tests/test_a.py", FLAKY),
    "hangs": Wrong(
        "Without a planted bug the tests did not end in 3 s. The last one was tests/test_a.py::test_hangs.",
        "tests/test_a.py",
        HANGS,
        ("--limit", "3"),
    ),
    "not imported": Wrong(
        "The tests cannot be collected: tests/test_a.py fails with ModuleNotFoundError: ",
        "tests/test_a.py",
        "import shop.nowhere\n",
    ),
    "conftest": Wrong("No test ran: pytest ended with status 4.", "tests/conftest.py", "import shop.nowhere\n"),
    "no tests": Wrong("No test ran: pytest ended with status 5.", "tests/test_orders.py"),
    "original": Wrong(
        "The tests imported shop.orders from ROOT/src/shop/orders.py, which is the working tree",
        "tests/conftest.py",
        "import sys\nsys.path[0:0] = ['ROOT/src']\n",
    ),
    "kind": Wrong("There is no kind 'nothing'.", options=("--kind", "nothing")),
    "path": Wrong("There is no src/nowhere in ROOT.", options=("src/nowhere",)),
    "no place": Wrong("No place to plant a bug was found: 1 files were read.", options=("a.py",)),
    "update": Wrong("--update needs --baseline FILE.", options=("--update",)),
    "baseline": Wrong("ROOT/a is not a baseline of this command.", "a", "[]", ("--baseline", "ROOT/a")),
    "variable": Wrong("--env A has no value.", options=("--env", "A")),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_a_sentence(shop: Shop, unchanged: Unchanged, wrong: Wrong) -> None:
    root = str(shop.root)
    shop.write(wrong.path, wrong.text.replace("ROOT", root))
    assert unchanged()

    done = shop.plant(*(each.replace("ROOT", root) for each in wrong.options))

    assert f"\n{wrong.says.replace('ROOT', root)}" in f"\n{done.stderr}"
    assert "Traceback" not in done.stderr
    assert done.status == 2
    assert unchanged()


ZONE = "def zone(name):\n    if name is None:\n        raise LookupError(name)\n"
TEST_ZONE = """
import pytest
from shop.zone import zone


def test_zone():
    with pytest.raises(LookupError):
        zone(None)
"""


@BOTH
def test_bug_that_hangs_is_caught(shop: Shop, unchanged: Unchanged, report: Path) -> None:
    """The queue is asked for ever. The run ends at its limit, and the next bug is planted without this one."""
    shop.write("src/shop/zone.py", ZONE)
    shop.write("tests/test_zone.py", TEST_ZONE)
    assert unchanged()

    kinds = ["--kind", "error-swallowed", "--kind", "check-dropped"]
    done = shop.plant("--workers", "1", "--limit", "6", "--json", str(report), *kinds)

    bugs = json.loads(report.read_text("utf-8"))["bugs"]
    hanging = {bug["how"]: bug["by"] for bug in bugs if bug["kind"] == "error-swallowed"}
    assert " Planting with 1 worker.\n" in done.stderr
    assert hanging == {"the tests did not end in 6 s": "tests/test_orders.py::test_queue_ends"}
    assert {bug["state"] for bug in bugs} == {"caught"}
    assert bugs[-1]["file"] == "src/shop/zone.py"
    assert done.status == 0
    assert unchanged()


MADE = """
class Text(str):
    def limit(self, count):
        return self[:count]


def make():
    return Text("made").limit(3)
"""
MADE_ONCE = """
import pathlib, uuid
import pytest
from shop.orders import make

FILE = pathlib.Path(__file__).with_name(uuid.uuid4().hex)


@pytest.fixture(scope="session")
def folder():
    return FILE.parent


@pytest.fixture(scope="session")
def template(request):
    request.getfixturevalue("folder")
    FILE.exists() or FILE.write_text(make())
    return FILE.read_text()
"""
USES = """
def test_first(template):
    pass


def test_template(template):
    assert template == "mad"
"""


@BOTH
def test_bug_in_what_is_made_once_is_caught(shop: Shop, report: Path) -> None:
    """As a template of the databases: it is made in the first test, and by a process that has no bug yet."""
    shop.write("src/shop/orders.py", MADE)
    shop.write("tests/conftest.py", MADE_ONCE)
    shop.write("tests/test_orders.py", USES)

    shop.plant("--json", str(report))

    assert states(report) == {"limit-dropped src/shop/orders.py make 1": "caught"}


LEAVES = """
import pathlib
from shop.orders import HTTPException, find

LEFT = pathlib.Path(__file__).with_name("left")


def test_order():
    try:
        find({}, "a", 1)
    except AttributeError:
        LEFT.touch()
    except HTTPException:
        pass
    assert not LEFT.exists()
"""


@BOTH
def test_test_that_still_fails_at_the_end_ends_the_command(shop: Shop, unchanged: Unchanged) -> None:
    """What one bug left behind would count as the failure of another."""
    shop.write("tests/test_orders.py", LEAVES)
    assert unchanged()

    done = shop.plant("--kind", "check-dropped")

    assert "\nThe tests no longer run without a bug, so the report would be wrong." in done.stderr
    assert done.status == 2
    assert unchanged()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_ctrl_c_leaves_nothing_behind(shop: Shop, unchanged: Unchanged, number: signal.Signals) -> None:
    """The running test is ended as well: it would write a file."""
    late = shop.root.parent / "late"
    started = shop.root.parent / "started"
    shop.write(
        "tests/test_a.py",
        f"import pathlib, time\ndef test_a():\n    pathlib.Path({str(started)!r}).touch()\n    time.sleep(4)\n"
        f"    pathlib.Path({str(late)!r}).touch()\n",
    )
    assert unchanged()

    process = shop.start()
    deadline = time.monotonic() + 60
    while not started.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert unchanged()
    assert not late.exists()


def test_missing_coverage_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project has none, and it cannot be fetched."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setenv("UV", str(python))

    with pytest.raises(NoCoverageError, match=r"coverage\.py is not installed for .*, and could not be fetched"):
        find_coverage(python, tmp_path / "target", {})
    assert find_coverage(Path(sys.executable), tmp_path / "target", {}) is None


BUG = Bug("first", KINDS[0], "app/a.py", range(3, 4), 3, "get", "", b"", "-a\n+b")


def missed(*names: str) -> list[Outcome]:
    return [Outcome(replace(BUG, id=name), "survived", tests=2) for name in names]


def test_what_is_missed_many_times_is_shown_three_times() -> None:
    text = render(missed(*"abcde"), [], verbose=False)

    assert text.count("SURVIVED app/a.py:3 commit-dropped in get: 2 tests reach it, and none fails") == 3
    assert "and 2 more of this kind in this file" in text
    assert render(missed("a"), [], verbose=False).endswith(
        "\n1 bug planted: 0 caught, 1 survived, 0 not reached, 0 listed as equivalent."
    )
    assert text.endswith("5 bugs planted: 0 caught, 5 survived, 0 not reached, 0 listed as equivalent.")


def test_bug_is_caught_by_a_failure_a_crash_or_a_hang() -> None:
    ended = SuiteRun("ended", 0, "")
    failed = replace(ended, status=1, failures=[Failure("test_a", "call", "assert 0")])

    runs = [ended, failed, replace(ended, status=-11, last="test_b"), replace(ended, why="late", last="test_c")]
    outcomes = [judge(BUG, run, 2, 9.0) for run in runs]

    assert [each.state for each in outcomes] == ["survived", "caught", "caught", "caught"]
    assert [each.by for each in outcomes] == ["", "test_a", "test_b", "test_c"]


def test_baseline_tells_new_solved_and_gone_from_known() -> None:
    """Of a part of the code it does not know what is gone."""
    baseline = Baseline({"known": "", "solved": "", "gone": ""})
    outcomes = [*missed("known", "new"), Outcome(replace(BUG, id="solved"), "caught", "test_a")]

    new, solved = baseline.compare(outcomes, whole=True)
    _, solved_of_part = baseline.compare(outcomes, whole=False)

    assert [each.bug.id for each in new] == ["new"]
    assert (solved, solved_of_part) == (["solved", "gone"], ["solved"])
