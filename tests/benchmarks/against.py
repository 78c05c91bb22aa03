"""This working tree beside an earlier commit: what a user of each waits for.

    uv run python tests/benchmarks/against.py [COMMIT] [ROUNDS]

The two take turns, so that what else the machine does slows both. Timed are `oneloop.py new` from nothing to green, and
in the new service `uv run pytest`, one test by name, and the tests of one folder. The first round is not counted, so
that both find uv's cache warm. It prints medians and ratios, and asserts no time.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.pairs import timed  # noqa: E402  a script finds the package by the line above
from tests.support.environment import git, succeed, uv  # noqa: E402  as above
from tests.support.template import snapshot  # noqa: E402  as above

COMMIT = "5ba71c0"
ROUNDS = 5
IN_THE_SERVICE = {
    "uv run pytest": [],
    "one test by name": ["tests/users/test_users.py", "-k", "test_admin_adds_a_user_who_can_sign_in"],
    "the tests of a folder": ["tests/documents"],
}
Times = dict[str, float]


def earlier(commit: str, folder: Path) -> Path:
    """Clone this repository at a commit."""
    succeed("git", "clone", "--quiet", "--no-checkout", ROOT, folder, cwd=ROOT)
    git(folder, "checkout", "--quiet", commit)
    return folder


def times(clone: Path, service: Path) -> Times:
    """Return the seconds of each command, the first one from nothing."""
    new, _ = timed(sys.executable, "oneloop.py", "new", str(service), "--defaults", cwd=clone)
    found = {"oneloop.py new": new}
    for name, arguments in IN_THE_SERVICE.items():
        found[name], _ = timed(uv(), "run", "pytest", *arguments, cwd=service)
    return found


def main() -> None:
    """Measure in turn and print."""
    commit = sys.argv[1] if len(sys.argv) > 1 else COMMIT
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    warm_up = 1 if rounds > 1 else 0
    turns: list[tuple[Times, Times]] = []
    with tempfile.TemporaryDirectory() as scratch:
        now, before = snapshot(Path(scratch) / "now"), earlier(commit, Path(scratch) / "before")
        for number in range(warm_up + rounds):
            turn = [times(clone, Path(scratch) / f"{clone.name}-{number}") for clone in (now, before)]
            turns.append((turn[0], turn[1]))
    counted = turns[warm_up:]
    print(f"medians of {rounds}, seconds\n\n| | now | {commit} | ratio |\n| --- | ---: | ---: | ---: |")
    for name in counted[0][0]:
        ours, others = ([turn[which][name] for turn in counted] for which in (0, 1))
        ratio = median(mine / theirs for mine, theirs in zip(ours, others, strict=True))
        print(f"| {name} | {median(ours):.1f} | {median(others):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
