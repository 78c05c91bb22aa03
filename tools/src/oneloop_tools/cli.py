"""The command line: `oneloop-tools audit REPO` and `oneloop-tools convert REPO PATHS`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .audit import options as audit
from .audit.options import split_arguments
from .convert import options as convert
from .errors import ToolsError
from .project_python import run_in_project

FAILED = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own, pytest_arguments = split_arguments(given)
    parser = argparse.ArgumentParser(prog="oneloop-tools", description="Audit and convert an existing suite of tests.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in (("audit", audit), ("convert", convert)):
        texts = {"usage": module.USAGE, "help": module.HELP, "description": module.DESCRIPTION, "epilog": module.EPILOG}
        module.add_arguments(commands.add_parser(name, **texts))
    options = parser.parse_args(own)
    if pytest_arguments and options.command != "audit":
        parser.error("arguments after -- are for the pytest run of `audit`")
    try:
        root = project_root(options.repo)
        if options.command == "audit":
            return run_in_project(root, options.python, "oneloop_tools.audit", given[1:])
        from .convert.command import run  # noqa: PLC0415  the audit does not wait for LibCST

        return run(root, options)
    except ToolsError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def project_root(given: Path) -> Path:
    if not given.is_dir():
        raise ToolsError(f"There is no folder {given}. Name the folder in which the project runs pytest.")
    return given.resolve()
