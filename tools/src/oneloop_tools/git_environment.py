"""The environment for git and Copier: inside a git hook, variables name the repository and index of the hook."""

import os
import subprocess


def git_environment() -> dict[str, str]:
    """Return the environment without those variables; all of it where git is missing. Settings that a CI gives stay."""
    try:
        listed = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return dict(os.environ)
    dropped = {*listed.stdout.split()} - {"GIT_CONFIG_COUNT"}
    return {name: value for name, value in os.environ.items() if name not in dropped}
