"""The report: what was caught and by which test, and what to write for the rest."""

import json
from collections import Counter
from collections.abc import Sequence
from textwrap import indent

from oneloop_tools.errors import counted

from .kinds.kind import Kind
from .outcome import Outcome

PAGE = "docs/planting.md"
SHOWN = 3  # of one kind in one file: often one test is missing for all


def render(outcomes: Sequence[Outcome], left_out: Sequence[str], *, verbose: bool) -> str:
    counts = Counter(each.state for each in outcomes)
    lines: list[str] = []
    if verbose:
        lines += [f"caught   {_place(each)}  by {each.by}" for each in outcomes if each.state == "caught"]
    for state in ("survived", "not reached"):
        groups: dict[tuple[str, str], list[Outcome]] = {}
        for each in outcomes:
            if each.state == state:
                groups.setdefault((each.bug.path, each.bug.kind.name), []).append(each)
        for group in groups.values():
            lines += [line for each in group[:SHOWN] for line in _missed(each)]
            if len(group) > SHOWN:
                lines += ["", f"    and {len(group) - SHOWN} more of this kind in this file; --json has them"]
    lines += ["", *(f"Left out: {each}" for each in left_out)] if left_out else []
    summary = (
        f"{counted(len(outcomes), 'bug')} planted: {counts['caught']} caught, {counts['survived']} survived, "
        f"{counts['not reached']} not reached, {counts['equivalent']} listed as equivalent."
    )
    return "\n".join([*lines, "", summary]).strip()


def _place(outcome: Outcome) -> str:
    bug = outcome.bug
    return f"{bug.path}:{bug.line} {bug.kind.name}{f' in {bug.scope}' if bug.scope else ''}"


def _missed(outcome: Outcome) -> list[str]:
    kind = outcome.bug.kind
    reach = "1 test reaches it" if outcome.tests == 1 else f"{outcome.tests} tests reach it"
    why = f"{reach}, and none fails" if outcome.tests else "no test runs this line"
    return [
        "",
        f"{outcome.state.upper()} {_place(outcome)}: {why}",
        indent(outcome.bug.diff, "    "),
        f"  In production: {kind.consequence}",
        f"  A test to copy: {_test_to_copy(kind)}",
    ]


def _test_to_copy(kind: Kind) -> str:
    return f"{PAGE}#{kind.name}" if kind.sampled else f"{kind.test} of a new service ({PAGE}#{kind.name})"


def to_json(outcomes: Sequence[Outcome], left_out: Sequence[str]) -> str:
    bugs = [
        {
            "id": each.bug.id,
            "kind": each.bug.kind.name,
            "file": each.bug.path,
            "line": each.bug.line,
            "scope": each.bug.scope,
            "diff": each.bug.diff,
            "state": each.state,
            "by": each.by,
            "how": each.how,
            "tests": each.tests,
            "consequence": each.bug.kind.consequence,
            "test_to_copy": "" if each.bug.kind.sampled else each.bug.kind.test,
            "page": f"{PAGE}#{each.bug.kind.name}",
        }
        for each in outcomes
    ]
    document = {
        "version": 1,
        "counts": Counter(each.state for each in outcomes),
        "bugs": bugs,
        "left_out": [*left_out],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
