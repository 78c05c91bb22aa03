"""What takes a superuser to arrange is right too: foreign and extensions' tables, forced row security, owners."""

from tests.plugin.conftest import RunOnce


def test_isolation_is_right(run_once: RunOnce) -> None:
    run = run_once("isolation-right", "tests/probes/test_isolation_right.py")

    assert len(run.ended) == 4
    assert set(run.ended.values()) == {"passed"}, run.output
