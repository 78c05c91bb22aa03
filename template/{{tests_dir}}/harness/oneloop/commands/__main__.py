"""`uv run oneloop COMMAND`: reads the command line and runs one of the commands."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

HIGHEST_PORT = 65535
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run a command; a mistake ends with a sentence and an exit status that is not 0."""
    parser = argparse.ArgumentParser(prog="oneloop", description="The commands of a service.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    dev = commands.add_parser("dev", help="start the service, and reload it when a file changes")
    dev.add_argument("factory", help="such as orders.main:create_app")
    dev.add_argument("--host", default="127.0.0.1")
    dev.add_argument("--port", type=_port, default=os.environ.get("PORT", "8000"))
    run = commands.add_parser("run", help="run a program with the development database")
    run.add_argument("program", nargs=argparse.REMAINDER, help="such as alembic current")
    psql = commands.add_parser("psql", help="open the development database in psql")
    psql.add_argument("database", nargs="?", default="postgres")
    psql.add_argument("arguments", nargs=argparse.REMAINDER, help="such as -c 'SELECT 1'")
    update = commands.add_parser("update", help="bring the plugin and its pages up to date")
    update.add_argument("--to", metavar="RELEASE", help="a release, or HEAD; else the newest")
    update.add_argument("--check", action="store_true", help="only report whether one is out")
    update.add_argument("--answers-file", default=None, help=argparse.SUPPRESS)
    commands.add_parser("selftest", help="test the plugin itself, through pytest's real hooks")
    given = parser.parse_args(arguments)
    if given.command == "run" and not given.program:
        run.error("name the program to run")
    sys.exit(_run(given))


def _run(given: argparse.Namespace) -> int:
    # Each command imports what it needs: `update` runs without the database's packages.
    if given.command == "update":
        from .update.update_command import run_update  # noqa: PLC0415

        return run_update(to=given.to, check=given.check, answers_file=given.answers_file)
    if given.command == "selftest":
        return run_selftest()
    from . import dev_commands  # noqa: PLC0415

    return dev_commands.run(given)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        message = f"{text!r} is no port: take a number from 1 to {HIGHEST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


if __name__ == "__main__":
    main()


SELFTEST = Path(__file__).parents[1] / "selftest"


def run_selftest() -> int:
    """Run the self-tests, and return pytest's exit status."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(SELFTEST)]
    return subprocess.run(command, check=False).returncode  # noqa: S603  our own tests
