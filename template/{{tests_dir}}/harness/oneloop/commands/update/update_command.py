"""`uv run oneloop update`: updates the plugin and its pages, and reports what is left to do."""

import os
import re
import sys
from pathlib import Path

from .. import CommandError
from .programs import RELEASE_IS_OUT, copier, git_lines, reason, uv
from .working_tree import Link, check_repository, find_changes, find_conflicts, read_link, summarise_changes

PLUGIN = Path(__file__).parents[3]
# `git stash` refuses a conflict until it is added. The stash keeps every change.
GO_BACK = "To go back to the last commit and keep these changes aside: git add --all && git stash"
NEXT = """
Run the tests:
    uv run pytest
Read the CHANGELOG of {address} from {before} to {after}, then commit.
To go back after the commit: git revert COMMIT
{go_back}"""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check(file: str) -> int:
    folder = _find_folder(file)
    link = read_link(folder / file, _version())
    done = copier(folder, "check-update", "--quiet", "--answers-file", file)
    if done.returncode not in (0, RELEASE_IS_OUT):
        raise CommandError(f"Copier cannot tell. It reports:\n{reason(done)}")
    if not done.returncode:
        say(f"{link.address} has nothing newer than {link.release}.")
        return 0
    # GitHub shows a line that begins so at the top of the run.
    begin = "::error title=A release is out::" if os.environ.get("GITHUB_ACTIONS") else ""
    say(f"{begin}{link.address} has a release after {link.release}. Run: uv run oneloop update")
    return done.returncode


def update(file: str, release: str | None) -> int:
    """Update, and return 1 if the user has to finish it."""
    folder = _find_folder(file)
    check_repository(folder)
    before, link = _version(), read_link(folder / file, _version())
    _check_clean(folder)
    _check_release(link, release)
    say(f"Updating from {link.address} ...")
    to = ["--vcs-ref", release] if release else []
    done = copier(folder, "update", "--defaults", "--quiet", "--answers-file", file, *to)
    if done.returncode:
        left = f"Some files have changed. {GO_BACK}" if find_changes(folder) else ""
        raise CommandError(f"Copier stopped. It reports:\n{reason(done)}\n{left}".rstrip())
    if conflicts := find_conflicts(folder):
        say("The update is written. These files have conflicts with your changes:")
        say("".join(f"  {path}\n" for path in conflicts))
        say("Edit the files, or take the template's text with your editor. Then run: uv lock")
        say(GO_BACK)
        return 1
    if not find_changes(folder):
        say(f"Nothing to do: {link.address} has nothing newer than {link.release}.")
        return 0
    after = read_link(folder / file, _version()).release
    locked = _lock(folder)
    say(summarise_changes(folder))
    say(f"oneloop {before} -> {_version()}; release {link.release} -> {after}")
    say(NEXT.format(address=link.address, before=link.release, after=after, go_back=GO_BACK))
    return 0 if locked else 1


def _find_folder(file: str) -> Path:
    """Return the folder with the answers: this one, or one above it in a monorepo."""
    here = Path.cwd()
    return next((each for each in (here, *here.parents[:2]) if (each / file).is_file()), here)


def _version() -> str:
    # From the file: the installed metadata may be that of the version before.
    text = (PLUGIN / "pyproject.toml").read_text("utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    return found[1] if found else "unknown"


def _check_clean(folder: Path) -> None:
    if conflicts := find_conflicts(folder):
        listed = "\n".join(f"  {path}" for path in conflicts)
        raise CommandError(f"An earlier merge is not finished:\n{listed}\nFinish it, and commit.")
    if changes := find_changes(folder):
        listed = "\n".join(f"  {line}" for line in changes)
        raise CommandError(
            f"These changes are not committed:\n{listed}\nCommit them, or set them aside: git stash --include-untracked"
        )


def _check_release(link: Link, release: str | None) -> None:
    if link.folder and link.folder.is_dir():
        head = release == "HEAD" or (release is None and not git_lines(link.folder, "tag"))
        if head and git_lines(link.folder, "status", "--porcelain"):
            raise CommandError(
                f"The template {link.address} has changes that are not committed. Commit them "
                "there, or name a release: uv run oneloop update --to RELEASE"
            )


def _lock(folder: Path) -> bool:
    """Lock the plugin's new dependencies; return False if that failed."""
    project = PLUGIN.parents[1]
    inside = [each for each in (project, *project.parents) if each.is_relative_to(folder)]
    if not any((each / "uv.lock").is_file() for each in inside):
        return True
    done = uv(project, "lock", "--quiet")
    if done.returncode:
        say(f"The update is written, but `uv lock` failed. It reports:\n{reason(done)}\n")
    return not done.returncode
