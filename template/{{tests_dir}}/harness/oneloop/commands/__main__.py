"""Reads the command line of `oneloop`, and runs the command."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from . import INTERRUPTED, CommandError

HIGHEST_PORT = 65535
SELFTEST = Path(__file__).parents[1] / "selftest"


def main(arguments: list[str] | None = None) -> None:
    try:
        sys.exit(_run(_parser().parse_args(arguments)))
    except CommandError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="oneloop", description="The commands of a service.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    dev = commands.add_parser("dev", allow_abbrev=False, help="start the service, and reload it when a file changes")
    dev.add_argument("factory", nargs="?", help="such as orders.main:create_app")
    dev.add_argument("--host", default="127.0.0.1")
    dev.add_argument("--port", type=_port, default=os.environ.get("PORT", "8000"))
    run = commands.add_parser("run", allow_abbrev=False, help="run a program with the development database")
    run.add_argument("program", nargs=argparse.REMAINDER, help="such as alembic current")
    psql = commands.add_parser("psql", prefix_chars="\0", add_help=False, help="open the development database in psql")
    psql.add_argument("arguments", nargs="*", help="a database of the server, and psql's options: none has that prefix")
    reset = commands.add_parser("reset", allow_abbrev=False, help="empty the development database: drop and create it")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    update = commands.add_parser("update", allow_abbrev=False, help="update the plugin and docs/testing/")
    update.add_argument("--to", metavar="RELEASE", help="a release or HEAD; the newest if left out")
    update.add_argument("--check", action="store_true", help="only report whether one is out")
    update.add_argument("--preview", action="store_true", help="show what an update does, and change nothing")
    update.add_argument("--steps", action="store_true", help="only apply the steps that are due in your own files")
    update.add_argument("--yes", action="store_true", help="apply each step without asking")
    update.add_argument("--no-selftest", action="store_true", help="do not run the self-tests at the end")
    update.add_argument("--answers-file", help=argparse.SUPPRESS)
    commands.add_parser("selftest", allow_abbrev=False, help="test the plugin itself")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port. Use a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def _run(given: argparse.Namespace) -> int:
    # Each command imports what it needs: `update` runs without the packages of the others.
    if given.command == "update":
        from .update.steps.answers import answers_file  # noqa: PLC0415
        from .update.steps.apply_steps import Options  # noqa: PLC0415
        from .update.update_command import check, update  # noqa: PLC0415

        file = given.answers_file or answers_file()
        options = Options(file, given.yes, given.preview, not given.no_selftest)
        return check(file) if given.check else update(options, given.to, steps_only=given.steps)
    if given.command == "selftest":
        # Without the service's other plugins, which may reorder tests, or take long to load.
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
        command = [sys.executable, "-m", "pytest", "-q", str(SELFTEST)]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603  ours
    if given.command == "run" and not given.program:
        raise CommandError("Name the program to run, such as: uv run oneloop run alembic current")
    from .dev_commands import run_with_database  # noqa: PLC0415

    return run_with_database(given)


if __name__ == "__main__":
    main()
