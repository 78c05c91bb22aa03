"""The repository that takes the plugin in: what has to be so before anything is read."""

import os
import re
from pathlib import Path

from oneloop_tools.git_environment import git

from .finding import AdoptionError

WINDOWS = re.compile(r"^[A-Za-z]:[\\/]|\\")


def open_repository(given: Path, *, allow_dirty: bool) -> Path:
    """Return the folder, or refuse it."""
    refuse_windows_path(str(given), "the folder")
    if not given.is_dir():
        raise AdoptionError(f"There is no folder {given}. Name the folder of the repository.")
    folder = given.resolve()
    top = top_of(folder)
    if not allow_dirty and _git(folder, "status", "--porcelain", "--untracked-files=no", "--", "."):
        raise AdoptionError(f"{top} has uncommitted changes. Commit them, so that the adoption is a change of its own.")
    return folder


def top_of(folder: Path) -> Path:
    """Return the folder of the git repository."""
    found = _git(folder, "rev-parse", "--show-toplevel")
    if found is None:
        raise AdoptionError(
            f"{folder} is in no git repository, so an update could not find its changes. Run there:\n"
            "    git init && git add --all && git commit --message Start"
        )
    if _git(folder, "rev-parse", "--verify", "--quiet", "HEAD") is None:
        raise AdoptionError(f"The git repository {found} has no commit. Commit your work first.")
    return Path(found)


def refuse_windows_path(given: str, what: str) -> None:
    if os.name != "nt" and WINDOWS.search(given):
        raise AdoptionError(
            f"{given} is a path of Windows, and this is another system. Write {what} with forward slashes."
        )


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, or None if it fails."""
    try:
        done = git(folder, *arguments)
    except FileNotFoundError:
        raise AdoptionError("git is missing. Install it, then try again.") from None
    return None if done.returncode else done.stdout.strip()
