"""Whatever a user, git and hooks do: an update has 0 conflicts, loses 0 bytes, and can be reverted."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.updates import table
from tests.updates.conftest import Releases
from tests.updates.hostile import Hostile
from tests.updates.releases import FIX, FROM, NEXT, PAST

# A dozen on each push. The thin releases are the same update with fewer of the template's files.
NIGHTLY = [pytest.mark.nightly, pytest.mark.timeout(7200)]
CASES = [
    *(pytest.param("thin", release, 3) for release in FROM),
    *(pytest.param("thin", release, 70, marks=NIGHTLY) for release in FROM),
    *(pytest.param("full", release, 10, marks=NIGHTLY) for release in FROM),
]


@pytest.mark.parametrize(("releases", "release", "examples"), CASES)
def test_whatever_the_user_has_done(
    request: pytest.FixtureRequest, tmp_path: Path, *, releases: str, release: str, examples: int
) -> None:
    """Each example is one service with up to eight edits, one update and its steps."""
    seen = update_examples(request.getfixturevalue(releases), tmp_path, release, examples)

    steps, left = sum(count for count, _ in seen), sum(len(lines) for _, lines in seen)
    outcome = f"ok, {steps} steps, {left} left"
    table.record(request.node, release, f"hostile, {releases}, {len(seen)} updates", outcome)
    assert len(seen) >= examples


def update_examples(releases: Releases, folder: Path, release: str, examples: int) -> list[tuple[int, list[str]]]:
    """Update so many services of a release, and return how many steps were applied in each, and what was left."""
    seen: list[tuple[int, list[str]]] = []
    to = NEXT if release in PAST else FIX
    attributes = {"started": releases.started(release), "folder": folder, "to": to, "has_command": to == FIX}
    machine = type("Machine", (Hostile,), {**attributes, "done": seen, "fresh": releases.fresh(to, after=release)})
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
    return seen
