"""What `poe update` of a busy service takes, beside plain `copier update` of the same service.

    uv run python tests/benchmarks/update_time.py [ROUNDS]

A busy service that has this command is updated to the next release, in turns: by plain Copier; by the command without
its self-tests; and by all of it. A row has seconds of the clock and of the processors. The goal is at most 1.5 times
plain Copier. It prints, and asserts nothing.
"""

import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.pairs import ratio  # noqa: E402  a script finds the package by the line above
from tests.support.environment import commit_all, git, interpreter, succeed, uv  # noqa: E402  as above
from tests.support.template import render  # noqa: E402  as above
from tests.updates import releases  # noqa: E402  as above
from tests.updates.busy_user import does_all_of_it  # noqa: E402  as above
from tests.updates.copier_program import SOMEBODY  # noqa: E402  as above

ROUNDS = 5
FROM, TO = releases.NEXT, releases.FIX
PLAIN = "copier update"
UPDATE = ("run", "--quiet", "oneloop", "update", "--yes", f"--to={TO}")
WAYS = {
    PLAIN: ("tool", "run", "--quiet", "--from", "copier>=9.15.0", *PLAIN.split(), "--defaults", f"--vcs-ref={TO}"),
    "poe update, without self-tests": (*UPDATE, "--no-selftest"),
    "poe update": UPDATE,
}


def seconds(service: Path, *command: str) -> tuple[float, float]:
    """Return the seconds of an update by the clock and of the processors, and take it back."""
    start = git(service, "rev-parse", "HEAD")
    env = {"UV_PYTHON": interpreter("3.11"), **SOMEBODY}
    clock, used = perf_counter(), processors()
    succeed(uv(), *command, cwd=service, env=env)
    took = perf_counter() - clock, processors() - used
    git(service, "reset", "--hard", "--quiet", start)
    git(service, "clean", "-d", "--force", "--quiet")
    return took


def processors() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make(scratch: Path) -> Path:
    """Write a service, install it, and be busy in it."""
    releases.build(scratch / "oneloop")
    service = render(scratch / "oneloop", scratch / "service", ref=FROM)
    does_all_of_it(service)
    succeed(uv(), "sync", "--quiet", cwd=service, env={"UV_PYTHON": interpreter("3.11")})
    commit_all(service, "Work")
    return service


def measure(scratch: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Update in each way in turn, so that what else the machine does slows all of them."""
    service, warm_up = make(scratch), 1 if rounds > 1 else 0
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(warm_up + rounds):
        for way, command in WAYS.items():
            found[way].append(seconds(service, *command))
    return {way: each[warm_up:] for way, each in found.items()}


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch), rounds)
    print(f"an update of a busy service from {FROM} to {TO}, quickest of {rounds}")
    for number, unit in enumerate(("s", "s of CPU")):
        plain = [each[number] for each in found[PLAIN]]
        for way, took in found.items():
            mine = [each[number] for each in took]
            print(f"  {way:32} {min(mine):6.2f} {unit:9} ratio {ratio(mine, plain)}")


if __name__ == "__main__":
    main()
