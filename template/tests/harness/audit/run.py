"""One audit from the command line: read, judge, print."""

import argparse
import sys
from pathlib import Path

from .document import to_json
from .report import Project
from .table import render


def run(options: argparse.Namespace, root: Path) -> int:
    """Do what was asked for, and return the exit status."""
    project = Project.at(root, [path.absolute() for path in options.tests])
    app = project.open_app(options.app, options.session_dependency)
    report = project.read(app)
    if options.json is not None and str(options.json) == "-":
        sys.stdout.write(to_json(report))
        return 0
    if options.json is not None:
        options.json.write_text(to_json(report), "utf-8")
    sys.stdout.write(render(report) + "\n")
    return 0
