"""The entry of `audit`: its options, and the checks before anything that needs FastAPI is imported.

The tool reads the options first, and passes them on to the process in the project.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from oneloop_tools.errors import PROGRAM, ToolsError

from .errors import COMMAND, AppImportError, NoEnvironmentError, NoFastAPIError, UsageError

HELP = "report which tests use the wrong client"
USAGE = f"{COMMAND} [options] [-- PYTEST ...]"
DESCRIPTION = (
    "Report for every test which client it uses, what its routes reach, and whether to convert it. "
    "Reads the suite and imports the app; changes nothing."
)
EPILOG = "Paths are relative to REPO. Arguments after -- go to pytest."


def audit(arguments: Sequence[str]) -> int:
    """Audit the project in the working directory, and return the exit status."""
    try:
        options = parse(arguments)
        check_fastapi()
        from .command import run  # noqa: PLC0415  it cannot be imported without FastAPI

        try:
            return run(options, Path.cwd())
        except AppImportError as error:
            if options.python or has_own_environment(Path.cwd()):
                raise
            raise NoEnvironmentError(error) from None
    except ToolsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def has_own_environment(root: Path) -> bool:
    """Whether this interpreter is the project's: in its repository, or where Poetry or a variable of uv keeps it."""
    if (root / "poetry.lock").exists() or "UV_PROJECT_ENVIRONMENT" in os.environ:
        return True
    top = next((each for each in (root, *root.parents) if (each / ".git").exists()), root)
    return Path(sys.prefix).is_relative_to(top)


def check_fastapi() -> None:
    """Refuse an environment without FastAPI."""
    if find_spec("fastapi") is None:
        raise NoFastAPIError(sys.executable)


def split_arguments(given: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the arguments before `--`, and those after it."""
    at = list(given).index("--") if "--" in given else len(given)
    return [*given[:at]], [*given[at + 1 :]]


def parse(given: Sequence[str]) -> argparse.Namespace:
    """Read the arguments in the process that runs in the project."""
    own, for_pytest = split_arguments(given)
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} audit", usage=USAGE)
    add_arguments(parser)
    options = parser.parse_args(own)
    options.pytest = for_pytest
    if options.update and not (options.ratchet or options.baseline):
        raise UsageError("--update needs --ratchet FILE or --baseline.")
    if options.pytest and not (options.observe or options.baseline):
        raise UsageError(f"The argument {options.pytest[0]!r} is for pytest. Add --observe or --baseline.")
    return options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add = parser.add_argument
    add("repo", metavar="REPO", type=Path, help="the folder in which the project runs pytest")
    add("--python", metavar="PATH", type=Path, help="the project's interpreter, if the tool does not find it")
    add("--app", metavar="MODULE:NAME", help="the app, or a function that returns it")
    add("--session-dependency", metavar="MODULE:NAME", help="the dependency that provides a database session")
    add("--tests", metavar="PATH", type=Path, nargs="+", default=[], help="folders or files of tests")
    add("--json", metavar="FILE", type=Path, help="write the report as JSON; - for standard output")
    add("--ratchet", metavar="FILE", type=Path, help="fail if more tests use the wrong client than FILE records")
    add("--observe", action="store_true", help="run the suite, and judge by the requests that it really sends")
    add("--baseline", action="store_true", help="run the suite, and record which tests fail because of their loop")
    add("--update", action="store_true", help="with --ratchet or --baseline: record what got better")
