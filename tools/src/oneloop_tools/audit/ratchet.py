"""The ratchet: the tests that use the wrong client are recorded in a committed file, and their number may only fall."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .errors import COMMAND, RatchetError
from .report import Report
from .verdicts import UNKNOWN, Finding, offenders

VERSION = 1


class Counted(NamedTuple):
    """The ids of the tests that count: those that use the wrong client, and those with an unknown verdict."""

    wrong: Sequence[str]
    unknown: Sequence[str]

    @classmethod
    def of(cls, findings: list[Finding]) -> "Counted":
        unknown = [each.nodeid for each in findings if each.verdict == UNKNOWN]
        return cls(sorted(each.nodeid for each in offenders(findings)), sorted(unknown))


class Outcome(NamedTuple):
    passed: bool
    lines: list[str]


def check(file: Path, report: Report, *, update: bool) -> Outcome:
    """Compare a report with the committed numbers. With `update`, record lower ones."""
    now = Counted.of(report.findings)
    if report.problems and update:
        raise RatchetError(
            f"{file} is not written, because files were left out and their tests are not counted. "
            f"Fix them first: {report.problems[0]}"
        )
    if not file.exists():
        return _first(file, now, update=update)
    before = _read(file)
    grown = [
        *_grown("that use the wrong client", before.wrong, now.wrong, report.findings),
        *_grown("with an unknown verdict", before.unknown, now.unknown, report.findings),
    ]
    if grown:
        advice = "Write them as `async def` tests with an async client. docs/audit.md explains the verdicts."
        return Outcome(passed=False, lines=[*grown, advice])
    numbers = f"{len(now.wrong)} use the wrong client, {len(now.unknown)} unknown"
    if len(now.wrong) == len(before.wrong) and len(now.unknown) == len(before.unknown):
        if update:
            _write(file, now)
        return Outcome(passed=True, lines=[f"No more than before: {numbers}."])
    if update:
        _write(file, now)
        return Outcome(passed=True, lines=[f"{file} is written: {numbers}. Commit it."])
    fell = f"Fewer than before: {numbers}. Before: {len(before.wrong)} and {len(before.unknown)}."
    return Outcome(passed=True, lines=[fell, "Record the lower numbers, and commit them:", _update(file)])


def _first(file: Path, now: Counted, *, update: bool) -> Outcome:
    if not update:
        raise RatchetError(f"There is no {file}. Write it once, and commit it:\n{_update(file)}")
    _write(file, now)
    numbers = f"{len(now.wrong)} use the wrong client, {len(now.unknown)} unknown"
    return Outcome(passed=True, lines=[f"{file} is written: {numbers}. Commit it."])


def _grown(what: str, before: Sequence[str], now: Sequence[str], findings: list[Finding]) -> list[str]:
    if len(now) <= len(before):
        return []
    new = set(now) - set(before)
    named = [f"  {f.file}:{f.line} {f.nodeid}\n      {f.why}" for f in findings if f.nodeid in new]
    return [f"Tests {what}: {len(now)}, before: {len(before)}. New:", *named]


def _update(file: Path) -> str:
    return f"    {COMMAND} --ratchet {file} --update"


def _read(file: Path) -> Counted:
    try:
        document = json.loads(file.read_text("utf-8"))
        return Counted([*document["wrong_client"]], [*document["cannot_tell"]])
    except (ValueError, KeyError, TypeError):
        raise RatchetError(
            f"{file} is not a ratchet of this audit, or is incomplete. Take it from the last commit again."
        ) from None


def _write(file: Path, now: Counted) -> None:
    document = {"version": VERSION, "wrong_client": now.wrong, "cannot_tell": now.unknown}
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
