"""What `copier update` takes, beside a template with as many files and nothing in them.

    uv run python tests/benchmarks/update_time.py [ROUNDS]

Ours is the update of a busy service from the last release to the working tree; the empty one has as many files, all
of which change. The goal is at most 1.5 times the empty template's time. It prints, and asserts nothing.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.pairs import report, timed, write_empty  # noqa: E402  a script finds the package by the line above
from tests.support.environment import commit_all, git  # noqa: E402  as above
from tests.support.template import render  # noqa: E402  as above
from tests.updates import releases  # noqa: E402  as above
from tests.updates.busy_user import does_all_of_it  # noqa: E402  as above
from tests.updates.outcome import contents  # noqa: E402  as above
from tests.updates.ownership import is_users  # noqa: E402  as above

ROUNDS = 5
FROM, TO = releases.FROM[-2], releases.FIX


def empty_releases(folder: Path, names: list[str], beside: Path) -> Path:
    """Make a template of empty files with these names, and a release in which each has a line."""
    for text, tag in (("", FROM), ("a line\n", TO)):
        write_empty(folder, names, beside, tag, text)
        commit_all(folder, tag, tag=tag)
    return folder


def seconds_to_update(service: Path) -> float:
    """Return the time of a whole `copier update`, as a user waits for it, and take it back."""
    command = [sys.executable, "-m", "copier", "update", "--quiet", "--defaults", f"--vcs-ref={TO}"]
    took, _ = timed(*command, cwd=service)
    git(service, "reset", "--hard", "--quiet")
    git(service, "clean", "-d", "--force", "--quiet")
    return took


def measure(scratch: Path, rounds: int) -> tuple[list[tuple[float, float]], int, int]:
    """Update both in turn, so that what else the machine does slows both."""
    releases.build(scratch / "oneloop")
    ours = render(scratch / "oneloop", scratch / "ours", ref=FROM)
    names = [name for name in contents(ours) if name != ".copier-answers.yml"]
    does_all_of_it(ours)
    commit_all(ours, "Work")
    empty = render(empty_releases(scratch / "empty-template", names, scratch / "oneloop"), scratch / "empty", ref=FROM)
    commit_all(empty, "Work")
    warm_up = 1 if rounds > 1 else 0
    pairs = [(seconds_to_update(ours), seconds_to_update(empty)) for _ in range(warm_up + rounds)][warm_up:]
    return pairs, len(names), sum(not is_users(name) for name in names)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as scratch:
        pairs, count, templates = measure(Path(scratch), rounds)
    print(f"copier update from {FROM}, {count} files of which {templates} are the template's, quickest of {rounds}")
    print(report(pairs))


if __name__ == "__main__":
    main()
