"""The baseline: what fails by its loop today is recorded, so that the suite can be green."""

from typing import NamedTuple

from .known import FILE, UPDATE, Failure, read, write
from .observer import Observed


class Outcome(NamedTuple):
    """What a baseline says: whether nothing is left to do, and the lines for people."""

    passed: bool
    lines: list[str]


def record(tests: dict[str, Observed], *, update: bool) -> Outcome:
    """Write the list on the first run; afterwards, with `update`, take off it what is mended."""
    failing = {name: test.failure for name, test in tests.items() if test.failure is not None}
    others = [name for name, test in tests.items() if not test.passed and test.failure is None]
    first = not FILE.exists()
    known = read()
    if first:
        write(failing)
        lines = (
            [_written(failing)] if failing else ["No test fails by its loop: nothing is written."]
        )
        return Outcome(passed=True, lines=[*lines, *_others(others)])
    kept = {name: failure for name, failure in known.items() if name in failing or name in others}
    mended = sorted(known.keys() - kept.keys())
    new = sorted(failing.keys() - known.keys())
    if update and mended:
        write(kept)
    lines = [f"No longer failing, or no longer there: {name}" for name in mended]
    lines += [f"New: {name} ({failing[name].family})" for name in new]
    if update:
        lines.append(_written(kept) if kept else f"{FILE.name} is empty, and was deleted.")
    elif mended:
        lines.append(f"Take them off the list: {UPDATE}")
    elif not new:
        lines.append(f"{len(known)} fail by the loop, as {FILE.name} says.")
    if new:
        lines.append("The list only gets shorter: convert the new ones, or write them async.")
    return Outcome(passed=not new and (update or not mended), lines=[*lines, *_others(others)])


def _written(known: dict[str, Failure]) -> str:
    count = len(known)
    tests = "test fails" if count == 1 else "tests fail"
    return f"{FILE.name} is written: {count} {tests} by the loop. Commit it."


def _others(names: list[str]) -> list[str]:
    return [f"Fails, and not by its loop: {name}" for name in sorted(names)]
