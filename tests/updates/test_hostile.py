"""Whatever a user, git and hooks do: an update has 0 conflicts, loses 0 bytes, and can be reverted."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.updates import table
from tests.updates.conftest import Fresh, Old
from tests.updates.hostile import Hostile
from tests.updates.releases import FIX, FROM, NEXT, PAST

CASES = [
    pytest.param(PAST[-1], 2),
    *(pytest.param(release, 70, marks=[pytest.mark.nightly, pytest.mark.timeout(7200)]) for release in FROM),
]


@pytest.mark.parametrize(("release", "examples"), CASES)
def test_whatever_the_user_has_done(
    old: Old, fresh: Fresh, request: pytest.FixtureRequest, tmp_path: Path, *, release: str, examples: int
) -> None:
    """Each example is one service with up to eight edits, one update and its steps."""
    seen: list[tuple[int, list[str]]] = []
    to = NEXT if release in PAST else FIX
    attributes = {"started": old(release), "folder": tmp_path, "to": to, "has_command": to == FIX, "done": seen}
    machine = type("Machine", (Hostile,), {**attributes, "fresh": fresh(to, after=release)})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            deadline=None,
            database=None,
            derandomize=examples < 10,
            phases=[Phase.generate],  # an example takes seconds, so it is not made smaller
            suppress_health_check=list(HealthCheck),
        ),
    )

    steps, left = sum(count for count, _ in seen), sum(len(lines) for _, lines in seen)
    outcome = f"ok, {steps} steps, {left} left"
    table.record(request.node, release, f"hostile, {len(seen)} updates", outcome)
    assert len(seen) >= examples
