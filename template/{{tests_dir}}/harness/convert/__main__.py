"""`python -m tests.harness.convert`: read the command line, convert, and say what was done."""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from .files import NoSuchPathError, check_path
from .selection import Selection, SelectionError, without_parameters

COMMAND = "uv run --with libcst python -m tests.harness.convert"
REFUSED = 2


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Rewrite sync tests into async ones. What is not known to be safe is left, "
        "with a comment that names the reason, and listed.",
        epilog="Exit status: 0 done, 1 some files could not be converted, 2 nothing was done.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, file::test")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--diff", action="store_true", help="show what would change (the default)")
    how.add_argument("--write", action="store_true", help="write it")
    parser.add_argument(
        "--keep",
        nargs="+",
        action="extend",
        default=[],
        metavar="NODEID",
        help="files, classes or tests that stay as they are",
    )
    parser.add_argument("--audit", type=Path, metavar="FILE", help="what the audit said, as JSON")
    parser.add_argument("--app", metavar="MODULE.APP", help="the suite's app, if there are several")
    parser.add_argument(
        "--allow-dirty", action="store_true", help="write files with uncommitted changes too"
    )
    return parser.parse_args(arguments)


def _has_libcst() -> bool:
    try:
        return find_spec("libcst") is not None
    except ValueError:  # it was shut out
        return False


def main(arguments: list[str] | None = None) -> int:
    """Convert, and return the exit status."""
    options = parse(arguments)
    if not _has_libcst():
        print(f"LibCST is not installed. Run: {COMMAND} ...", file=sys.stderr)  # noqa: T201
        return REFUSED
    root = Path.cwd()
    try:
        selection = Selection([check_path(root, each) for each in options.paths])
        selection.kept |= {without_parameters(each) for each in options.keep}
        if options.audit is not None:
            selection.read_audit(options.audit)
    except (NoSuchPathError, SelectionError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return REFUSED
    from .run import Run  # noqa: PLC0415  it needs LibCST

    return Run(root, selection, options).go()


if __name__ == "__main__":
    sys.exit(main())
