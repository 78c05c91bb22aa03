"""The plugin's self-tests pass in a service, and notice a part that is no longer plugged in."""

import re

import pytest

from tests.plugin.planted.bug import Bug
from tests.plugin.planted.unplugged import BUGS
from tests.support.environment import run
from tests.support.overlay import Overlay


def selftest(overlay: Overlay) -> tuple[int, str]:
    """Run the command of the copy; return its exit status and what it printed."""
    done = run(overlay.python, "-m", "oneloop.commands", "selftest", cwd=overlay.root, env=overlay.environment)
    return done.returncode, done.stdout


def test_pass_one_for_each_promise(service: Overlay) -> None:
    status, output = selftest(service)

    assert status == 0, output
    assert re.search(r"^18 passed", output, re.MULTILINE), output


@pytest.mark.nightly  # 10 s for each
@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_unplugged_part_is_noticed(spoilt: Overlay, bug: Bug) -> None:
    with bug.planted(spoilt.root):
        status, output = selftest(spoilt)

    assert status == pytest.ExitCode.TESTS_FAILED, output
    assert re.search(rf"^FAILED \S+::{bug.noticed_by}\b", output, re.MULTILINE), output
    assert bug.says in output, output
