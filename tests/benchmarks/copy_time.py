"""What `copier copy` takes, beside a template with as many files and nothing in them.

    uv run python tests/benchmarks/copy_time.py [ROUNDS]

The goal is at most 1.5 times the empty template's time. It prints medians and their ratio, and asserts nothing.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.environment import commit_all  # noqa: E402  a script finds the package by the line above
from tests.support.template import files, render, snapshot  # noqa: E402  as above

ROUNDS = 7


def empty_template(folder: Path, names: list[str]) -> Path:
    """Make a template of empty files with these names."""
    for name in names:
        path = folder / "template" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "copier.yml").write_text("_subdirectory: template\n")
    commit_all(folder, "Empty")
    return folder


def seconds_to_copy(template: Path, destination: Path) -> float:
    """Return the time of a whole `copier copy`, as a user waits for it."""
    command = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref=HEAD"]
    started = perf_counter()
    subprocess.run([*command, str(template), str(destination)], check=True)
    return perf_counter() - started


def measure(scratch: Path, rounds: int) -> tuple[list[float], list[float], int]:
    """Copy both in turn, so that what else the machine does slows both."""
    ours = snapshot(scratch / "oneloop")
    names = list(files(render(ours, scratch / "look")))
    empty = empty_template(scratch / "empty", names)
    pairs = [
        (
            seconds_to_copy(ours, scratch / f"ours-{number}"),
            seconds_to_copy(empty, scratch / f"empty-{number}"),
        )
        for number in range(rounds + 1)
    ][1:]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs], len(names)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as scratch:
        ours, empty, count = measure(Path(scratch), rounds)
    ratio = median(mine / theirs for mine, theirs in zip(ours, empty, strict=True))
    print(f"copier copy, {count} files, median of {rounds}")
    print(f"  this template     {median(ours):.2f} s")
    print(f"  an empty template {median(empty):.2f} s")
    print(f"  ratio             {ratio:.2f}")


if __name__ == "__main__":
    main()
