"""The ratchet: the number of tests on the wrong client is committed, and may only fall."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .errors import COMMAND, RatchetError
from .report import Report
from .verdicts import UNKNOWN, Finding, offenders

VERSION = 1


class Counted(NamedTuple):
    """The tests that count, by their ids: on the wrong client, and those that nobody can tell."""

    wrong: Sequence[str]
    unknown: Sequence[str]

    @classmethod
    def of(cls, findings: list[Finding]) -> "Counted":
        """Count what an audit has found."""
        unknown = [each.nodeid for each in findings if each.verdict == UNKNOWN]
        return cls(sorted(each.nodeid for each in offenders(findings)), sorted(unknown))


class Outcome(NamedTuple):
    """What a ratchet says: whether the step passes, and the lines for people."""

    passed: bool
    lines: list[str]


def check(file: Path, report: Report, *, update: bool) -> Outcome:
    """Hold a report against the committed numbers; with `update`, record lower ones."""
    now = Counted.of(report.findings)
    if report.problems and update:
        raise RatchetError(
            f"{file} is not written, since files were left out and their tests not counted. "
            f"Mend them first: {report.problems[0]}"
        )
    if not file.exists():
        return _first(file, now, update=update)
    before = _read(file)
    grown = [
        *_grown("on the wrong client", before.wrong, now.wrong, report.findings),
        *_grown("that cannot be told", before.unknown, now.unknown, report.findings),
    ]
    if grown:
        advice = "Write them as `async def` with `async_client`: docs/testing/clients.md."
        return Outcome(passed=False, lines=[*grown, advice])
    numbers = f"{len(now.wrong)} on the wrong client, {len(now.unknown)} that cannot be told"
    if len(now.wrong) == len(before.wrong) and len(now.unknown) == len(before.unknown):
        if update:
            _write(file, now)
        return Outcome(passed=True, lines=[f"No more than before: {numbers}."])
    if update:
        _write(file, now)
        return Outcome(passed=True, lines=[f"{file} is written: {numbers}. Commit it."])
    record = f"{COMMAND} --ratchet {file} --update"
    fell = f"Fewer than before: {numbers}; it was {len(before.wrong)} and {len(before.unknown)}."
    return Outcome(passed=True, lines=[fell, f"Record it, so that it stays so: {record}"])


def _first(file: Path, now: Counted, *, update: bool) -> Outcome:
    if not update:
        raise RatchetError(
            f"{file} is not there. Write it once, and commit it: "
            f"{COMMAND} --ratchet {file} --update"
        )
    _write(file, now)
    numbers = f"{len(now.wrong)} on the wrong client, {len(now.unknown)} that cannot be told"
    return Outcome(passed=True, lines=[f"{file} is written: {numbers}. Commit it."])


def _grown(
    what: str, before: Sequence[str], now: Sequence[str], findings: list[Finding]
) -> list[str]:
    if len(now) <= len(before):
        return []
    new = set(now) - set(before)
    named = [f"  {f.file}:{f.line} {f.nodeid}\n      {f.why}" for f in findings if f.nodeid in new]
    return [f"Tests {what}: {len(now)}, and {len(before)} before. New:", *named]


def _read(file: Path) -> Counted:
    try:
        document = json.loads(file.read_text("utf-8"))
        return Counted([*document["wrong_client"]], [*document["cannot_tell"]])
    except (ValueError, KeyError, TypeError):
        raise RatchetError(
            f"{file} is no ratchet of this audit, or was cut. Take it from the last commit: "
            f"git checkout -- {file}"
        ) from None


def _write(file: Path, now: Counted) -> None:
    document = {"version": VERSION, "wrong_client": now.wrong, "cannot_tell": now.unknown}
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
