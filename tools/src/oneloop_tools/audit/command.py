"""One run of the command: read the tests or observe a run of them, judge, print."""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from . import ratchet
from .errors import NoPytestError
from .loop_failures import record_baseline
from .report import NOTHING, Project, Report, render, to_json


def run(options: argparse.Namespace, root: Path) -> int:
    """Audit the project in `root`, and return the exit status."""
    project = Project.at(root, [root / path for path in options.tests])
    if options.baseline:
        return _record_baseline(options, project)
    report = _read(options, project)
    if options.json is not None and str(options.json) != "-":
        options.json.write_text(to_json(report), "utf-8")
    if options.ratchet is not None:
        checked = ratchet.check(options.ratchet, report, update=options.update)
        left_out = [f"Left out: {each}" for each in report.problems]
        return _print([*left_out, *checked.lines], passed=checked.passed)
    sys.stdout.write(to_json(report) if str(options.json) == "-" else render(report) + "\n")
    return 0


def _record_baseline(options: argparse.Namespace, project: Project) -> int:
    _check_pytest()
    from .observer import run_suite  # noqa: PLC0415  it needs pytest

    tests = run_suite(options.pytest, project.settings.plugin_folder)
    outcome = record_baseline(tests, project.settings.test_folders[0], update=options.update)
    return _print(outcome.lines, passed=outcome.passed)


def _read(options: argparse.Namespace, project: Project) -> Report:
    observed = NOTHING
    if options.observe:
        _check_pytest()
        from .observer import by_function, run_suite  # noqa: PLC0415  it needs pytest

        # The run comes first: its conftest may prepare what the app needs when it is imported.
        observed = by_function(run_suite(options.pytest, project.settings.plugin_folder))
    app = project.open_app(options.app, options.session_dependency)
    return project.read(app, observed)


def _check_pytest() -> None:
    if find_spec("pytest") is None:
        raise NoPytestError(sys.executable)


def _print(lines: list[str], *, passed: bool) -> int:
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if passed else 1
