"""Where the release's own text of an edited file is: in the service's history, as a rule."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from .hashes import Hashes, hash_of

LOOKED_AT = 100  # commits of one file


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git says; nothing where it fails, as in a folder without a history."""
    try:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    except OSError:
        return b""
    return b"" if done.returncode else done.stdout


def last_commit(root: Path, name: str, wanted: str) -> str | None:
    """Return the newest commit in which a file has the hash `wanted`."""
    listed = _git(root, "log", f"--max-count={LOOKED_AT}", "--format=%h", "--", name)
    for commit in listed.decode().split():
        if hash_of(_git(root, "show", f"{commit}:./{name}")) == wanted:
            return commit
    return None


def commands(root: Path, release: Hashes, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the commands that bring files back, and the files for which there is none."""
    found: dict[str, list[str]] = {}
    lost = []
    for name in names:
        if (commit := last_commit(root, name, release.get(name, ""))) is None:
            lost.append(name)
        else:
            found.setdefault(commit, []).append(name)
    return [f"git checkout {commit} -- {' '.join(names)}" for commit, names in found.items()], lost
