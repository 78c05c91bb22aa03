"""Over a real socket the suite's result is the same."""

import re

import pytest

from tests.plugin.conftest import RunOnce
from tests.support.overlay import Overlay


@pytest.mark.nightly
def test_result_is_the_same_over_a_socket(run_once: RunOnce) -> None:
    """Test by test, the deep tests among them; and the header says which way the clients went."""
    plain = run_once("plain", "--ignore=tests/probes")
    live = run_once("live", "--live", "--ignore=tests/probes")

    assert "--live" in live.output
    assert live.ended == plain.ended, live.output


def test_deep_tests_of_the_clients_pass_over_a_socket(run_once: RunOnce) -> None:
    names = ("live", "streams", "websockets", "roles", "background")
    run = run_once("live-deep", "--live", *(f"tests/deep/test_{name}.py" for name in names))

    assert run.exit_status == 0, run.output
    assert set(run.ended.values()) == {"passed"}


def test_ctrl_c_ends_the_run_while_the_server_runs(service: Overlay) -> None:
    """Ctrl-C is pytest's and not uvicorn's: the run ends at once, and the next test does not start."""
    status, output = service.output("tests/probes/test_live_wrong.py", "--live")

    assert status == pytest.ExitCode.INTERRUPTED, output
    assert "KeyboardInterrupt" in output
    assert "went on after Ctrl-C" not in output
    assert not re.search(r"\d+ failed", output)
