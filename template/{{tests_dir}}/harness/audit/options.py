"""The command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .errors import COMMAND


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Say for every test which client it uses, what its routes reach, and whether "
        "it should be converted. Reads the suite and the app; changes nothing.",
    )
    parser.add_argument("--app", metavar="MODULE:NAME", help="the app, or a function that makes it")
    parser.add_argument(
        "--session-dependency", metavar="MODULE:NAME", help="the dependency that gives a session"
    )
    parser.add_argument(
        "--tests",
        metavar="PATH",
        type=Path,
        nargs="+",
        default=[],
        help="folders or files of tests",
    )
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="write the report as JSON; - for the output"
    )
    parser.add_argument(
        "--ratchet", metavar="FILE", type=Path, help="fail when more tests than it says are wrong"
    )
    parser.add_argument(
        "--observe", action="store_true", help="run the suite, and judge by what it really asks"
    )
    parser.add_argument(
        "--baseline", action="store_true", help="run the suite, and record what fails by its loop"
    )
    parser.add_argument(
        "--update", action="store_true", help="record what got better: of --ratchet, of --baseline"
    )
    parser.add_argument(
        "pytest", nargs="*", metavar="PYTEST", help="after --: arguments for the run of pytest"
    )
    options = parser.parse_args(arguments)
    if options.update and not (options.ratchet or options.baseline):
        parser.error("--update says nothing by itself: add --ratchet FILE or --baseline")
    if options.pytest and not (options.observe or options.baseline):
        parser.error(f"{options.pytest[0]!r} is for a run: add --observe or --baseline")
    return options
