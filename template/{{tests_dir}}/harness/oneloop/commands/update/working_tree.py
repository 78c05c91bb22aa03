"""The working tree, as git sees it."""

import shutil
from pathlib import Path

from ..git import ask, lines
from .update_errors import NoRepositoryError, ProgramMissingError


class Tree:
    """The part of a repository that lies in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if shutil.which("git") is None:
            raise ProgramMissingError("git")
        if ask(folder, "rev-parse", "--verify", "HEAD") is None:
            raise NoRepositoryError

    def changed(self) -> list[str]:
        """Return what is not committed, as `git status --short` shows it."""
        return lines(self._folder, "status", "--short", "--untracked-files=all", "--", ".")

    def conflicts(self) -> list[str]:
        """Return where a merge could not decide: in the index, in a text, or in a rejected piece.

        Copier ends with 0 then, so it has to be looked for.
        """
        unmerged = lines(self._folder, "ls-files", "--unmerged")
        checked = lines(self._folder, "diff", "--check", "--relative", "HEAD", failing=True)
        rejected = lines(self._folder, "ls-files", "--others", "--cached", "--", "*.rej")
        return sorted(
            {
                *(line.split("\t", 1)[1] for line in unmerged),
                *(line.split(":", 1)[0] for line in checked if line.endswith("conflict marker")),
                *rejected,
            }
        )

    def statistics(self) -> str:
        """Return `git diff --stat` against the last commit, and the names of new files."""
        new = lines(self._folder, "ls-files", "--others", "--exclude-standard")
        changed = lines(self._folder, "diff", "--stat", "--relative", "HEAD")
        return "\n".join([*changed, *(f" {path} (new)" for path in new)])
