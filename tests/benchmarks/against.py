"""This working tree beside an earlier commit: what a user of each waits for.

    uv run python tests/benchmarks/against.py [COMMIT] [ROUNDS]

The two take turns, so that what else the machine does slows both. Timed are `oneloop.py new` from nothing to green, and
in the new service `uv run pytest`, the tests that both services have, one test by name, and the tests of one folder.
The first round fills uv's cache and is not counted; then both work offline, for an index may answer in two seconds or
in seven. It prints medians and ratios, and asserts no time.
"""

import os
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
    "the tests of both": ["@../of-both.txt"],
    "one test by name": ["tests/users/test_users.py", "-k", "test_admin_adds_a_user_who_can_sign_in"],
    "the tests of a folder": ["tests/documents"],
}
Times = dict[str, float]


def earlier(commit: str, folder: Path) -> Path:
    """Clone this repository at a commit."""
    succeed("git", "clone", "--quiet", "--no-checkout", ROOT, folder, cwd=ROOT)
    git(folder, "checkout", "--quiet", commit)
    return folder


def tests_of(service: Path) -> list[str]:
    """Return the node ids of a service's tests."""
    said = succeed(uv(), "run", "pytest", "--collect-only", "--quiet", cwd=service)
    return [line for line in said.splitlines() if "::" in line]


def write(clone: Path, service: Path, env: dict[str, str] | None = None) -> float:
    """Return the seconds from nothing to green."""
    return timed(sys.executable, "oneloop.py", "new", str(service), "--defaults", cwd=clone, env=env)[0]


def times(clone: Path, service: Path) -> Times:
    """Return the seconds of each command."""
    env = {**os.environ, "UV_OFFLINE": "1"}
    found = {"oneloop.py new": write(clone, service, env)}
    for name, arguments in IN_THE_SERVICE.items():
        found[name], _ = timed(uv(), "run", "pytest", *arguments, cwd=service, env=env)
    return found


def main() -> None:
    """Measure in turn and print."""
    commit = sys.argv[1] if len(sys.argv) > 1 else COMMIT
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    turns: list[tuple[Times, Times]] = []
    with tempfile.TemporaryDirectory() as scratch:
        now, before = snapshot(Path(scratch) / "now"), earlier(commit, Path(scratch) / "before")
        services = [Path(scratch) / f"{clone.name}-first" for clone in (now, before)]
        for clone, service in zip((now, before), services, strict=True):
            write(clone, service)
        ours, others = (tests_of(service) for service in services)
        both = [test for test in ours if test in others]
        (Path(scratch) / "of-both.txt").write_text("\n".join(both), "utf-8")
        print(f"tests: {len(ours)} now, {len(others)} before, {len(both)} in both\n")
        for number in range(rounds):
            turn = [times(clone, Path(scratch) / f"{clone.name}-{number}") for clone in (now, before)]
            turns.append((turn[0], turn[1]))
    print(f"medians of {rounds}, seconds\n\n| | now | {commit} | ratio |\n| --- | ---: | ---: | ---: |")
    for name in turns[0][0]:
        mine, theirs = ([turn[which][name] for turn in turns] for which in (0, 1))
        ratio = median(one / other for one, other in zip(mine, theirs, strict=True))
        print(f"| {name} | {median(mine):.1f} | {median(theirs):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
