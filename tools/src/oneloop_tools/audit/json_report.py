"""The report as one JSON document. Programs read it, so its keys do not change."""

import json

from .report import Report
from .verdicts import counted

VERSION = 1


def to_json(report: Report) -> str:
    """Return the report as JSON. docs/audit.md explains the keys."""
    tests = [
        {
            "nodeid": each.nodeid,
            "file": each.file,
            "line": each.line,
            "client": each.client,
            "routes": [{"method": method, "path": path} for method, path in each.routes],
            "reaches": list(each.reaches),
            "verdict": each.verdict,
            "why": each.why,
            "observed": each.observed,
        }
        for each in report.findings
    ]
    document = {
        "version": VERSION,
        "app": report.app,
        "totals": counted(report.findings),
        "tests": tests,
        "left_out": report.problems,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
