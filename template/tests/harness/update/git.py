"""The working tree, as git sees it."""

import subprocess
from pathlib import Path

from .errors import NoRepositoryError, ProgramMissingError


def ask(folder: Path, *arguments: str) -> str | None:
    """Return what git says; None where it fails."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise ProgramMissingError("git") from None
    return None if done.returncode else done.stdout.decode(errors="replace")


class Tree:
    """The part of a repository that lies in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if ask(folder, "rev-parse", "--verify", "HEAD") is None:
            raise NoRepositoryError

    def _lines(self, *arguments: str) -> list[str]:
        return (ask(self._folder, *arguments) or "").splitlines()

    def changed(self) -> list[str]:
        """Return what is not committed, as `git status --short` shows it."""
        return self._lines("status", "--short", "--untracked-files=all", "--", ".")

    def conflicts(self) -> list[str]:
        """Return where a merge could not decide: in the index, in a text, or in a rejected piece.

        Copier ends with 0 then, so it has to be looked for.
        """
        unmerged = {line.split("\t", 1)[1] for line in self._lines("ls-files", "--unmerged")}
        marked = {line.split(":", 1)[0] for line in self._marked()}
        rejected = {
            path
            for flag in ("--others", "--cached")
            for path in self._lines("ls-files", flag, "--", "*.rej")
        }
        return sorted(unmerged | marked | rejected)

    def _marked(self) -> list[str]:
        """Return the lines of `git diff --check` that tell of a marker; it fails when it has any."""
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", "diff", "--check", "--relative", "HEAD"],
            cwd=self._folder,
            capture_output=True,
            check=False,
        )
        lines = done.stdout.decode(errors="replace").splitlines()
        return [line for line in lines if line.endswith("leftover conflict marker")]

    def statistics(self) -> str:
        """Return `git diff --stat` against the last commit, new files included by their names."""
        new = self._lines("ls-files", "--others", "--exclude-standard")
        changed = ask(self._folder, "diff", "--stat", "--relative", "HEAD") or ""
        return changed + "".join(f" {path} (new)\n" for path in new)
