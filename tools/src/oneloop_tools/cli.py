"""The command line: `oneloop-tools adopt REPO`, `audit REPO`, `convert REPO PATHS` and `plant REPO`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .adopt import entry as adopt
from .audit import entry as audit
from .audit.entry import split_arguments
from .errors import PROGRAM, ToolsError
from .interpreter import run_in_project
from .plant import entry as plant

FAILED = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own, pytest_arguments = split_arguments(given)
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Bring an existing suite over: adopt, audit, convert. Judge the tests: plant."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    adopt.add_arguments(
        commands.add_parser(
            "adopt", usage=adopt.USAGE, help=adopt.HELP, description=adopt.DESCRIPTION, epilog=adopt.EPILOG
        )
    )
    audit.add_arguments(
        commands.add_parser(
            "audit", usage=audit.USAGE, help=audit.HELP, description=audit.DESCRIPTION, epilog=audit.EPILOG
        )
    )
    plant.add_arguments(
        commands.add_parser(
            "plant", usage=plant.USAGE, help=plant.HELP, description=plant.DESCRIPTION, epilog=plant.EPILOG
        )
    )
    _add_convert_arguments(commands.add_parser("convert", help="rewrite sync tests into async ones"))
    options, unknown = parser.parse_known_args(own)
    if hasattr(options, "paths") and not any(each.startswith("-") for each in unknown):
        options.paths, unknown = [*options.paths, *unknown], []  # argparse takes no paths after an option
    if unknown:  # argparse would show the usage of all commands
        commands.choices[options.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    if pytest_arguments and options.command == "convert":
        commands.choices["convert"].error("arguments after -- are for the pytest run of `adopt`, `audit` or `plant`")
    try:
        if options.command == "adopt":
            from .adopt.command import run as run_adopt  # noqa: PLC0415  the audit does not wait for it

            return run_adopt(options, pytest_arguments)
        root = project_root(options.repo)
        if options.command == "audit":
            return run_in_project(root, options.python, "oneloop_tools.audit", given[1:])
        if options.command == "plant":
            from .plant.command import run as run_plant  # noqa: PLC0415  likewise

            options.pytest = pytest_arguments
            return run_plant(root, options)
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


def _add_convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = f"{PROGRAM} convert REPO [PATH ...] [options]"
    parser.description = (
        "Rewrite the tests that the audit would convert. What is not known to be safe is left as it is, "
        "gets a comment that names the reason, and is listed."
    )
    parser.epilog = (
        "Paths are relative to REPO. Exit status: 0 done, 1 some files could not be converted, 2 nothing was done."
    )
    add = parser.add_argument
    add("repo", metavar="REPO", type=Path, help="the folder in which the project runs pytest")
    add("paths", nargs="*", metavar="PATH", help="a file, a folder, or file::test; the project's tests if left out")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--diff", action="store_true", help="show what would change (the default)")
    how.add_argument("--write", action="store_true", help="write the changes")
    add("--keep", nargs="+", action="extend", default=[], metavar="NODEID", help="files, classes or tests to leave")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--audit", type=Path, metavar="FILE", help="take the JSON report of an earlier audit")
    which.add_argument("--all", action="store_true", help="convert also what the audit would keep; make no audit")
    add("--python", metavar="PATH", type=Path, help="the project's interpreter, if the tool does not find it")
    add("--app", metavar="MODULE.APP", help="the app of the suite, if there are several")
    add("--allow-dirty", action="store_true", help="also write files that have uncommitted changes")
