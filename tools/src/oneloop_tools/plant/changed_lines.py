"""The lines that have changed since a revision, for `--since`."""

import re
import subprocess
from pathlib import Path

from .errors import NoRevisionError
from .places import Bug

HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def changed_lines(root: Path, revision: str) -> dict[str, set[int]]:
    """Return the changed lines of each file below `root`; every line of a file that git does not know."""
    diff = _git(root, revision, "diff", "--no-color", "--no-ext-diff", "-U0", "--relative", revision, "--", ".")
    found: dict[str, set[int]] = {}
    lines: set[int] = set()
    for line in diff.splitlines():
        if line.startswith("+++ "):
            lines = found.setdefault(line.removeprefix("+++ ").removeprefix("b/"), set())
        elif hunk := HUNK.match(line):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            lines.update(range(start, start + count))
    for path in _git(root, revision, "ls-files", "--others", "--exclude-standard").splitlines():
        if path.endswith(".py"):
            found[path] = set(range(1, len((root / path).read_bytes().splitlines()) + 1))
    return found


def is_changed(bug: Bug, changed: dict[str, set[int]]) -> bool:
    return not changed.get(bug.path, set()).isdisjoint(bug.lines)


def _git(root: Path, revision: str, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise NoRevisionError(revision, str(error)) from None
    if done.returncode:
        raise NoRevisionError(revision, (done.stderr.strip().splitlines() or ["it failed"])[0])
    return done.stdout
