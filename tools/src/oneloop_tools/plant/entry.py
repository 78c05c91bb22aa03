"""The options of `plant`. They are read before anything that needs LibCST is imported."""

import argparse
from pathlib import Path

from .errors import COMMAND

HELP = "plant bugs in a service, and name those that its tests do not catch"
USAGE = f"{COMMAND} [PATH ...] [options] [-- PYTEST ...]"
DESCRIPTION = (
    "Plant the bugs that only production shows, one at a time, into a copy of the service, and report those that "
    "no test catches. The working tree is only read."
)
EPILOG = (
    "Paths are relative to REPO. Arguments after -- go to pytest. "
    "Exit status: 0 every bug is caught or listed, 1 some are not, 2 nothing was planted."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add = parser.add_argument
    add("repo", metavar="REPO", type=Path, help="the folder in which the project runs pytest")
    add("paths", nargs="*", metavar="PATH", help="files or folders of the code; all but tests if left out")
    add("--kind", action="append", default=[], metavar="NAME", help="plant this kind; may be repeated")
    add("--since", metavar="REV", help="plant only in lines that have changed since this commit")
    add("--list", action="store_true", help="show the bugs, and plant none")
    add(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="fail only for bugs that FILE does not list; it may only get shorter",
    )
    add("--update", action="store_true", help="with --baseline: remove what is caught now; the first time, write FILE")
    add("--json", metavar="FILE", type=Path, help="write the report as JSON; - for standard output")
    add("--verbose", action="store_true", help="also show what was caught, and by which test")
    add("--workers", metavar="N", type=int, help="run so many tests at a time; see docs/planting.md")
    add("--env", action="append", default=[], metavar="NAME=VALUE", help="a variable; {worker} is the worker's number")
    add("--path", action="append", default=[], metavar="FOLDER", help="a folder to import from, before all others")
    add("--limit", metavar="SECONDS", type=float, default=1800.0, help="the time that all tests may take; 1800")
    add("--python", metavar="PATH", type=Path, help="the project's interpreter, if the tool does not find it")
