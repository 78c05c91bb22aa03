"""Where the release's own text of an edited file is: in the service's history, as a rule."""

from collections.abc import Iterable
from pathlib import Path

from ..git import ask, lines
from .hashes import Hashes, hash_of, path_from

LOOKED_AT = 100  # commits of one file


def last_commit(root: Path, path: str, wanted: str) -> str | None:
    """Return the newest commit in which a file has the hash `wanted`."""
    for commit in lines(root, "log", f"--max-count={LOOKED_AT}", "--format=%h", "--", path):
        if hash_of(ask(root, "show", f"{commit}:./{path}") or b"") == wanted:
            return commit
    return None


def commands(root: Path, release: Hashes, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the commands that bring files back, and the files for which there is none."""
    found: dict[str, list[str]] = {}
    lost = []
    for name in names:
        path = path_from(root, name)
        if (commit := last_commit(root, path, release.get(name, ""))) is None:
            lost.append(name)
        else:
            found.setdefault(commit, []).append(path)
    return [f"git checkout {commit} -- {' '.join(paths)}" for commit, paths in found.items()], lost
