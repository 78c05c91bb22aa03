"""What must hold before an update starts: no other update, nothing uncommitted, a branch to commit to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ... import CommandError
from ..programs import git, git_lines
from ..working_tree import find_changes, find_conflicts

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# `git stash` refuses a conflict until it is added. The stash keeps every change.
GO_BACK = "To go back to the last commit and keep these changes aside: git add --all && git stash"
RESOLVE = f"""\
Edit the files, or take the template's text with your editor. Then go on:
    uv run oneloop update --steps
{GO_BACK}"""
START = """\
The update stops there too, for you to edit them. Start it:
    {command}"""


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold a lock, which the system frees when this process ends, however it ends."""
    name = git(folder, "rev-parse", "--git-path", "oneloop-update.lock").stdout.strip()
    with (folder / name).open("w") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError("Another update of this service is running. Wait until it ends.") from None
        yield


def drop_bytecode() -> None:
    """Write no bytecode from here on, and delete what this process has written, if no .gitignore names it.

    It would be a change that is not committed.
    """
    sys.dont_write_bytecode = True
    harness = Path(__file__).resolve().parents[4]
    for path in git_lines(harness, "ls-files", "--others", "--exclude-standard"):
        if path.endswith(".pyc"):
            (harness / path).unlink(missing_ok=True)


def check_clean(folder: Path) -> None:
    drop_bytecode()
    if conflicts := find_conflicts(folder):
        listed = "\n".join(f"  {path}" for path in conflicts)
        raise CommandError(f"An earlier merge is not finished:\n{listed}\nFinish it, and commit.")
    if changes := find_changes(folder):
        listed = "\n".join(f"  {line}" for line in changes)
        raise CommandError(
            f"These changes are not committed:\n{listed}\nCommit them, or set them aside: git stash --include-untracked"
        )


def check_branch(folder: Path) -> None:
    """Refuse a place where the commits of an update would be lost, or would have to be merged."""
    if git(folder, "symbolic-ref", "--quiet", "HEAD").returncode:
        raise CommandError(
            "HEAD is detached, so the commits of the update would be on no branch. Make one:\n"
            "    git switch --create update-oneloop"
        )
    counts = git(folder, "rev-list", "--left-right", "--count", "HEAD...@{upstream}").stdout.split()
    if len(counts) == 2 and counts[0] == "0" != counts[1]:
        raise CommandError(f"This branch is {counts[1]} commits behind its upstream. Run:\n    git pull --ff-only")
