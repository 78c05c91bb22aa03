"""One audit from the command line: read or observe, judge, print."""

import argparse
import sys
from pathlib import Path

from . import baseline, ratchet
from .document import to_json
from .observe import by_function, run_suite
from .report import Project, Report
from .table import render


def run(options: argparse.Namespace, root: Path) -> int:
    """Do what was asked for, and return the exit status."""
    if options.baseline:
        outcome = baseline.record(run_suite(options.pytest), update=options.update)
        return _say(outcome.lines, passed=outcome.passed)
    report = _report(options, root)
    if options.json is not None and str(options.json) != "-":
        options.json.write_text(to_json(report), "utf-8")
    if options.ratchet is not None:
        held = ratchet.check(options.ratchet, report, update=options.update)
        left_out = [f"Left out: {each}" for each in report.problems]
        return _say([*left_out, *held.lines], passed=held.passed)
    text = to_json(report) if str(options.json) == "-" else render(report) + "\n"
    sys.stdout.write(text)
    return 0


def _report(options: argparse.Namespace, root: Path) -> Report:
    project = Project.at(root, [path.absolute() for path in options.tests])
    # First the run: its conftest may prepare what the app needs when it is imported.
    observed = by_function(run_suite(options.pytest)) if options.observe else {}
    app = project.open_app(options.app, options.session_dependency)
    return project.read(app, observed)


def _say(lines: list[str], *, passed: bool) -> int:
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if passed else 1
