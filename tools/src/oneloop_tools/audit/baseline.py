"""Records which tests fail because of their loop today, so that the suite can be green."""

from pathlib import Path

from .baseline_file import NAME, KnownFailure, Observed, read_known, write_known
from .errors import COMMAND
from .ratchet import Outcome

UPDATE = f"    {COMMAND} --baseline --update"


def record_baseline(tests: dict[str, Observed], folder: Path, *, update: bool) -> Outcome:
    """Write the list on the first run. Later, with `update`, remove the tests that no longer fail."""
    file = folder / NAME
    failing = {name: test.failure for name, test in tests.items() if test.failure is not None}
    others = [name for name, test in tests.items() if not test.passed and test.failure is None]
    also = [f"Fails for another reason: {name}" for name in sorted(others)]
    if not file.exists():
        write_known(failing, file)
        line = _written(failing) if failing else "No test fails because of its loop. Nothing is written."
        return Outcome(passed=True, lines=[line, *also])
    known = read_known(file)
    kept = {name: failure for name, failure in known.items() if name in failing or name in others}
    fixed = sorted(known.keys() - kept.keys())
    new = sorted(failing.keys() - known.keys())
    if update and fixed:
        write_known(kept, file)
    lines = [f"Passes now, or does not exist any more: {name}" for name in fixed]
    lines += [f"New: {name} ({failing[name].failure})" for name in new]
    if update:
        lines.append(_written(kept) if kept else f"{NAME} is empty and was deleted.")
    elif fixed:
        lines += ["Remove them from the list:", UPDATE]
    elif not new:
        lines.append(f"{len(known)} fail because of their loop, as {NAME} says.")
    if new:
        lines.append("No test is added to the list. Convert the new ones, or write them async.")
    return Outcome(passed=not new and (update or not fixed), lines=[*lines, *also])


def _written(known: dict[str, KnownFailure]) -> str:
    count = len(known)
    tests = "test fails" if count == 1 else "tests fail"
    return f"{NAME} is written: {count} {tests} because of the loop. Commit it."
