"""Git in the project's repository: inside a git hook, variables name the repository and index of the hook."""

import os
import subprocess
from functools import cache
from pathlib import Path


@cache
def _of_a_repository() -> frozenset[str]:
    try:
        listed = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return frozenset()
    return frozenset(listed.stdout.split()) - {"GIT_CONFIG_COUNT"}  # settings that a CI gives


def git_environment() -> dict[str, str]:
    """Return the environment without those variables, for git and Copier; all of it where git is missing."""
    return {name: value for name, value in os.environ.items() if name not in _of_a_repository()}


def git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run git in a folder, and return what it printed; an OSError if there is no git."""
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=git_environment(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
