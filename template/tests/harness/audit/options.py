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
    return parser.parse_args(arguments)
