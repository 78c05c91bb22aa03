"""The programs that an update runs: git, uv and Copier."""

import os
import re
import shutil
import signal
import subprocess
from functools import cache
from pathlib import Path

from .. import CommandError

COPIER = "copier>=9.15.0"
# Whatever the user's settings are: the output has one form, and line ends are no reason to refuse.
PLAIN = "core.quotePath=0 color.ui=0 status.branch=0 status.relativePaths=1 status.renames=0 core.safecrlf=0"
RELEASE_IS_OUT = 2  # the exit status of `copier check-update`


def find_program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CommandError(f"{name} was not found on PATH. Install it, then run the update again.")
    return found


@cache
def _variables_of_git() -> frozenset[str]:
    command = [find_program("git"), "rev-parse", "--local-env-vars"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  git itself
    return frozenset(listed.stdout.split()) - {"GIT_CONFIG_COUNT"}  # settings that a CI gives


def _environment() -> dict[str, str]:
    """Return the environment without git's variables: in a git hook they name another repository."""
    return {name: value for name, value in os.environ.items() if name not in _variables_of_git()}


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = _environment() | variables
    return subprocess.run(  # noqa: S603  the arguments are ours
        command, cwd=folder, env=environment, capture_output=True, check=False, encoding="utf-8", errors="replace"
    )


def run_on_terminal(folder: Path, *command: str, **variables: str) -> int:
    """Run a program of ours that may ask the user. On Ctrl-C it ends by itself, and this process after it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, cwd=folder, env=_environment() | variables, check=False).returncode  # noqa: S603
    finally:
        signal.signal(signal.SIGINT, before)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = [word for setting in PLAIN.split() for word in ("-c", setting)]
    return run(folder, find_program("git"), *options, *arguments, LC_ALL="C")


def git_lines(folder: Path, *arguments: str) -> list[str]:
    return git(folder, *arguments).stdout.splitlines()


def uv(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(folder, os.environ.get("UV") or find_program("uv"), *arguments, **variables)


def copier(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Copier. In the repositories that it makes, the user's hooks would change or refuse the template's files."""
    settings = {"core.hooksPath": os.devnull, "init.templateDir": ""}
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return uv(folder, "tool", "run", "--quiet", "--from", COPIER, "copier", *arguments, **variables)


def reason(done: subprocess.CompletedProcess[str]) -> str:
    text = done.stderr.strip() or done.stdout.strip()
    frames = r"Traceback \(most recent call last\):\n(?:[ ]+.*\n|\n)+"
    return re.sub(frames, "", text).strip() or f"It ended with status {done.returncode}."
