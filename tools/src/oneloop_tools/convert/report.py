"""The report: what was converted, and what was left and why."""

import difflib
from collections.abc import Iterable, Iterator

from .conversion import Conversion, Entry
from .reasons import PAGE


def diff(shown: str, before: bytes, after: bytes) -> str:
    """Return a unified diff that `git apply` accepts."""
    old, new = (_lines(content) for content in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(content: bytes) -> list[str]:
    text = content.decode("utf-8", "surrogateescape")
    return text.splitlines(keepends=True)


def summary(done: Conversion, closed: Iterable[tuple[str, str]]) -> Iterator[str]:
    for shown, why in closed:
        yield f"{shown}: {why}"
    for entry in done.left:
        yield f"{_place(entry)}: left: {entry.name} {entry.sentence} [{entry.reason}]"
    for entry in done.notes:
        yield f"{_place(entry)}: note: {entry.name} {entry.sentence} [{entry.reason}]"
    counts = [
        _count(len(done.converted), "test", "converted"),
        f"{len(done.left)} left",
        *([f"{len(done.kept)} kept"] if done.kept else []),
        _count(len(done.changed), "file", "changed"),
    ]
    yield ", ".join(counts)
    if done.left or done.notes:
        yield f"{PAGE} explains the words in brackets."


def _place(entry: Entry) -> str:
    return f"{entry.shown}:{entry.line}" if entry.line else entry.shown


def _count(number: int, noun: str, done: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} {done}"
