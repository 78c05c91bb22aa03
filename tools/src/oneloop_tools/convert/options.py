"""The command line of `convert`."""

import argparse
from pathlib import Path

HELP = "rewrite sync tests into async ones"
USAGE = "oneloop-tools convert REPO [PATH ...] [options]"
DESCRIPTION = (
    "Rewrite sync tests into async ones. What is not known to be safe is left as it is, "
    "gets a comment that names the reason, and is listed."
)
EPILOG = "Paths are relative to REPO. Exit status: 0 done, 1 some files could not be converted, 2 nothing was done."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add = parser.add_argument
    add("repo", metavar="REPO", type=Path, help="the folder in which the project runs pytest")
    add("paths", nargs="*", metavar="PATH", help="a file, a folder, or file::test; the project's tests if left out")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--diff", action="store_true", help="show what would change (the default)")
    how.add_argument("--write", action="store_true", help="write the changes")
    add("--keep", nargs="+", action="extend", default=[], metavar="NODEID", help="files, classes or tests to leave")
    add("--audit", type=Path, metavar="FILE", help="convert what the JSON report of the audit says")
    add("--app", metavar="MODULE.APP", help="the app of the suite, if there are several")
    add("--allow-dirty", action="store_true", help="also write files that have uncommitted changes")
