"""The update table: each release beside each kind of user, printed at the end of a run."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import pytest

# A test puts its cell among its properties, since these reach the process that prints from every worker.
PROPERTY = "update table"
TITLE = "updates: conflicts, lost bytes and stale fixes; steps applied and left"


class Cell(NamedTuple):
    """A release, what its user does, and what the update did to it."""

    release: str
    scenario: str
    outcome: str


def record(item: pytest.Item, release: str, scenario: str, outcome: object) -> None:
    """Keep one cell for the end of the run."""
    item.user_properties.append((PROPERTY, [release, scenario, str(outcome)]))


def cells(reports: Iterable[object]) -> list[Cell]:
    """Return what the tests have kept."""
    properties = [
        each
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for each in report.user_properties
    ]
    return [Cell(*map(str, value)) for name, value in properties if name == PROPERTY and isinstance(value, list)]


def draw(kept: Collection[Cell]) -> list[str]:
    """Return the lines of the table: a row for each scenario, a column for each release."""
    releases = sorted({cell.release for cell in kept})
    found = {(cell.scenario, cell.release): cell.outcome for cell in kept}
    scenarios = sorted({cell.scenario for cell in kept})
    rows = [["from", *releases], *([each, *(found.get((each, r), "-") for r in releases)] for each in scenarios)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    wrong = sum(not outcome.startswith("ok") for outcome in found.values())
    return [*lines, f"{len(found)} updates, {wrong} of them wrong"]


def show(terminal: pytest.TerminalReporter) -> None:
    """Print the table, when this run has updated anything."""
    kept = cells(report for reports in terminal.stats.values() for report in reports)
    if kept:
        terminal.section(TITLE)
        for line in draw(kept):
            terminal.write_line(line)
