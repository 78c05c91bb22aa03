"""A promise whose test cannot fail is none: each of these bugs makes a named test fail, with the right words.

All are planted in one environment, one at a time. See planted/ for the bugs. The plugin's self-tests pass in a
service, and notice a part that is no longer plugged in.
"""

import re
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.plugin.planted import isolation, other_tools, reports, rights, service, unplugged, users, views
from tests.plugin.planted.bug import Bug
from tests.support.environment import run
from tests.support.overlay import Overlay

# The code itself has to run: a bug that cannot be imported proves nothing.
BROKEN = re.compile(r"not found:|INTERNALERROR|SyntaxError|NameError|ImportError|ModuleNotFoundError|IndentationError")


def first_of_each(bugs: Mapping[str, Bug], count: int) -> dict[str, Bug]:
    """Return the first bugs of each promise, whose number begins the name."""
    seen, found = Counter[str](), {}
    for name, bug in bugs.items():
        promise = name.split()[0]
        seen[promise] += 1
        if seen[promise] <= count:
            found[name] = bug
    return found


OF_PROMISES = {**isolation.BUGS, **rights.BUGS, **views.BUGS, **users.BUGS, **reports.BUGS}
BUGS = first_of_each(OF_PROMISES, 3)
# 3 s for each. Those of the service are also planted by `plant`, whose own test plants a few on each push.
OTHERS = {name: bug for name, bug in OF_PROMISES.items() if name not in BUGS}
NIGHTLY = {**OTHERS, **other_tools.BUGS, **rights.NIGHTLY, **service.BUGS, **service.NIGHTLY}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(spoilt: Overlay, bug: Bug) -> None:
    check(spoilt, bug)


@pytest.mark.nightly
@pytest.mark.parametrize("bug", NIGHTLY.values(), ids=NIGHTLY.keys())
def test_planted_bug_is_noticed_at_night(spoilt: Overlay, bug: Bug) -> None:
    check(spoilt, bug)


def test_what_is_planted_at_night_has_its_line(service: Overlay) -> None:
    """A bug that does not follow the code is named on each push."""
    bugs = {**NIGHTLY, **unplugged.BUGS}
    without = [name for name, bug in bugs.items() if bug.good not in (service.root / bug.path).read_text("utf-8")]

    assert without == []


def check(spoilt: Overlay, bug: Bug) -> None:
    with bug.planted(spoilt.root):
        status, output = spoilt.output("-x", "-p", "no:xdist", bug.noticed_by)

    assert status not in (0, pytest.ExitCode.NO_TESTS_COLLECTED), output
    assert not BROKEN.search(output), output
    assert bug.says in output, output


def test_each_promise_has_a_planted_bug() -> None:
    numbered = {int(word) for name in BUGS for word in name.split()[:2] if word.isdigit()}

    assert numbered == set(range(1, 21))


def selftest(overlay: Overlay) -> tuple[int, str]:
    """Run the command of the copy; return its exit status and what it printed."""
    done = run(overlay.python, "-m", "oneloop.commands", "selftest", cwd=overlay.root, env=overlay.environment)
    return done.returncode, done.stdout


def test_selftests_pass_one_for_each_promise(service: Overlay) -> None:
    status, output = selftest(service)

    assert status == 0, output
    assert re.search(r"^20 passed", output, re.MULTILINE), output


@pytest.mark.nightly  # 10 s for each
@pytest.mark.parametrize("bug", unplugged.BUGS.values(), ids=unplugged.BUGS.keys())
def test_unplugged_part_is_noticed(spoilt: Overlay, bug: Bug) -> None:
    with bug.planted(spoilt.root):
        status, output = selftest(spoilt)

    assert status == pytest.ExitCode.TESTS_FAILED, output
    assert re.search(rf"^FAILED \S+::{bug.noticed_by}\b", output, re.MULTILINE), output
    assert bug.says in output, output
