"""The audit's advice. Without a report of an earlier audit, the same paths are audited first."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from oneloop_tools.errors import PROGRAM, ToolsError
from oneloop_tools.interpreter import NoInterpreterError, run_in_project
from oneloop_tools.project import ProjectSettings

from .files import Selection


class NoAdviceError(ToolsError):
    """The audit could not be made."""

    def __init__(self, root: Path, why: str = "") -> None:
        super().__init__(
            f"{why}Nothing was converted: the audit decides which tests need it, and it failed. Fix that, or convert "
            f"every test that can be:\n    {PROGRAM} convert {root} --all"
        )


def follow_advice(root: Path, options: argparse.Namespace, selection: Selection) -> None:
    """Keep each test that the audit would keep: by the report that was named, or by an audit of the same paths."""
    if options.audit is not None:
        selection.read_audit(root / options.audit)
    elif not options.all:
        with TemporaryDirectory(prefix="oneloop-convert-") as folder:
            report = Path(folder, "audit.json")
            _write_report(root, options, selection, report)
            selection.read_audit(report)


def _write_report(root: Path, options: argparse.Namespace, selection: Selection, report: Path) -> None:
    module, _, name = (options.app or "").rpartition(".")
    app = ["--app", f"{module}:{name}"] if module else []
    folders = ProjectSettings.of(root).test_folders
    # As `audit` reads them: a file that was asked for may have no tests, and helpers alone.
    asked = {root / each.partition("::")[0] for each in selection.asked}
    others = [each for each in asked if not any(each.is_relative_to(folder) for folder in folders)]
    tests = sorted(str(each.relative_to(root)) for each in {*folders, *others})
    arguments = [str(root), *app, "--json", str(report), "--tests", *tests]
    try:
        status = run_in_project(root, options.python, "oneloop_tools.audit", arguments, quiet=True)
    except NoInterpreterError as error:
        raise NoAdviceError(root, f"{error} ") from None
    if status:
        raise NoAdviceError(root)
