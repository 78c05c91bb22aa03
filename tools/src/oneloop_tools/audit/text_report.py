"""The report as text: the tests to look at, then the number of tests of each kind."""

from collections import Counter
from collections.abc import Iterator

from .report import Report
from .suite.sent_requests import SYNC
from .verdicts import CONVERT, FIRST, KEEP, UNKNOWN, Finding

TITLES = {
    FIRST: "Convert first: security",
    CONVERT: "Convert",
    UNKNOWN: "Unknown",
    KEEP: "Keep on TestClient",
}
WIDTH = 100


def render(report: Report) -> str:
    """Return the report. Tests that use the right client are counted and not listed."""
    seen = sum(each.observed for each in report.findings)
    run = f" {seen} of {len(report.findings)} tests were observed in the run." if seen else ""
    lines = [f"The app is {report.app}.{run}", ""]
    for verdict, title in TITLES.items():
        found = [f for f in report.findings if f.verdict == verdict and _is_listed(f)]
        if found:
            lines += [f"{title} ({len(found)})", *_rows(found), ""]
    if report.problems:
        lines += ["Files that were left out", *(f"  {each}" for each in report.problems), ""]
    return "\n".join([*lines, *_totals(report.findings)])


def _is_listed(finding: Finding) -> bool:
    return finding.verdict != KEEP or SYNC in finding.client


def _rows(found: list[Finding]) -> Iterator[str]:
    for each in found:
        yield f"  {each.nodeid}"
        routes = ", ".join(f"{method} {path}" for method, path in each.routes)
        if routes:
            yield f"      requests {routes}"
        if each.reaches:
            yield f"      reaches {', '.join(each.reaches)}"
        yield f"      {each.why}"


def _totals(findings: list[Finding]) -> list[str]:
    counts = Counter(_title(each) for each in findings)
    rows = [*TITLES.values(), "On an async client or a socket", "No client"]
    width = max(map(len, rows))
    lines = [f"{title:<{width}}  {counts[title]:>6}" for title in rows]
    wrong = counts[TITLES[FIRST]] + counts[TITLES[CONVERT]]
    total = f"{'Tests':<{width}}  {len(findings):>6}"
    return [*lines, total, "", f"{wrong} of {len(findings)} tests use the wrong client."]


def _title(finding: Finding) -> str:
    if finding.verdict != KEEP or SYNC in finding.client:
        return TITLES[finding.verdict]
    return "No client" if finding.client == "none" else "On an async client or a socket"
