"""The options of `adopt`."""

import argparse
from pathlib import Path

from oneloop_tools.errors import PROGRAM

HELP = "bring the test plugin into an existing project"
USAGE = f"{PROGRAM} adopt REPO [options] [-- PYTEST ...]"
DESCRIPTION = (
    "Look into a project, show what was found, write the test plugin into it, and run the suite before and after. "
    "Edits of your files are shown as a diff, and made when you press Enter."
)
EPILOG = "Arguments after -- go to pytest. Exit status: 0 done, 1 the suite or a step needs you, 2 nothing was written."
ANSWERS = {
    "app": ("MODULE:NAME", "the app, or a function that returns it"),
    "session-dependency": ("MODULE:NAME", "the dependency that gives a route its session"),
    "metadata": ("MODULE:NAME", "the MetaData of the models"),
    "migrations": ("PATH", "the path of alembic.ini, or create_all"),
    "database-url-variable": ("NAME", "the environment variable of the database URL"),
    "driver": ("NAME", "the driver in that URL, by SQLAlchemy's name for it"),
    "tests-dir": ("PATH", "the folder in which the plugin is written; its last part is tests"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add = parser.add_argument
    add("repo", metavar="REPO", type=Path, help="the folder in which the project runs pytest")
    for name, (shape, text) in ANSWERS.items():
        add(f"--{name}", metavar=shape, help=text)
    add("--python", metavar="PATH", type=Path, help="the project's interpreter, if the tool does not find it")
    add("--template", metavar="ADDRESS", help="Oneloop's repository, if the tool does not run from a clone of it")
    add("--dry-run", action="store_true", help="show what was found and what would change; write nothing")
    add("--yes", action="store_true", help="ask nothing: make every edit that is shown")
    add("--no-tests", action="store_true", help="do not run the suite before and after")
    add("--allow-dirty", action="store_true", help="also where there are uncommitted changes")


def answers(options: argparse.Namespace) -> dict[str, str]:
    """Return the answers that were given, by Copier's names of the questions."""
    names = (name.replace("-", "_") for name in ANSWERS)
    return {name: value for name in names if (value := getattr(options, name)) is not None}
