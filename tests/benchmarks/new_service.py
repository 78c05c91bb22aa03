"""How long from nothing to green, beside the same by hand.

    uv run python tests/benchmarks/new_service.py [ROUNDS]

Ours is README's first command; by hand it is `copier copy`, then `uv run pytest`. Of more than one round the first is
preceded by one that is not counted, so that both find uv's cache warm. The goal is 15 s on two quiet cores. It prints,
and asserts no time.
"""

import re
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.pairs import report, timed  # noqa: E402  a script finds the package by the line above
from tests.support.environment import uv  # noqa: E402  as above
from tests.support.template import snapshot  # noqa: E402  as above

ROUNDS = 5
COPIER = ("run", "--quiet", "--no-project", "--with", "copier>=9.15.0", "copier", "copy", "--quiet", "--defaults")


def tests_passed(said: str) -> str:
    """Return how many tests passed, in pytest's words."""
    found = re.search(r"(\d+ passed) in", said)
    assert found, said
    return found[1]


def seconds_to_green(clone: Path, service: Path) -> tuple[float, str]:
    """Return the time of `oneloop.py new` with nothing to answer, and how many tests passed."""
    took, said = timed(sys.executable, "oneloop.py", "new", str(service), "--defaults", cwd=clone)
    return took, tests_passed(said)


def seconds_by_hand(clone: Path, service: Path) -> tuple[float, str]:
    """Return the time of the two commands that do the same, and how many tests passed."""
    written, _ = timed(uv(), *COPIER, "--vcs-ref=HEAD", str(clone), str(service), cwd=clone)
    tested, said = timed(uv(), "run", "pytest", cwd=service)
    return written + tested, tests_passed(said)


def measure(scratch: Path, rounds: int) -> tuple[list[tuple[float, float]], str]:
    """Do both in turn, so that what else the machine does slows both."""
    clone = snapshot(scratch / "oneloop")
    pairs, tests = [], set()
    warm_up = 1 if rounds > 1 else 0
    for number in range(warm_up + rounds):
        ours, as_ours = seconds_to_green(clone, scratch / f"ours-{number}")
        by_hand, as_by_hand = seconds_by_hand(clone, scratch / f"by-hand-{number}")
        pairs.append((ours, by_hand))
        tests |= {as_ours, as_by_hand}
    assert len(tests) == 1, f"not the same tests: {tests}"
    return pairs[warm_up:], tests.pop()


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as scratch:
        pairs, tests = measure(Path(scratch), rounds)
    print(f"from nothing to {tests}, quickest of {rounds}")
    print(report(pairs, "oneloop.py new", "by hand"))
    ours = [mine for mine, _ in pairs]
    print(f"  oneloop.py new, median {median(ours):.1f} s; in turn: {', '.join(f'{took:.1f}' for took in ours)}")


if __name__ == "__main__":
    main()
