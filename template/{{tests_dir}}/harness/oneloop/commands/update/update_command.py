"""`uv run oneloop update`: runs Copier in the service, or in a copy of it for a preview, then applies the steps."""

import os
import re
import sys
from pathlib import Path

from .. import CommandError
from .programs import RELEASE_IS_OUT, copier, git_lines, reason, run_on_terminal
from .steps.apply_steps import Options, finish
from .steps.news import release_of
from .steps.safe_start import GO_BACK, RESOLVE, START, check_branch, check_clean, one_at_a_time
from .steps.scratch import AUTHOR, scratch_copy
from .working_tree import Link, check_repository, find_changes, find_conflicts, read_link, say

PLUGIN = Path(__file__).resolve().parents[3]
SECOND_HALF = "ONELOOP_UPDATE_SECOND_HALF"  # set where this process holds the lock, or has made a copy
COMMIT = re.compile("[0-9a-f]{7,40}")


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


def update(options: Options, release: str | None, *, steps_only: bool = False) -> int:
    folder = _find_folder(options.answers_file)
    check_repository(folder)
    if SECOND_HALF in os.environ:
        return finish(folder, options)
    if options.preview:
        check_clean(folder)
        with scratch_copy(folder) as copy:
            return _second_half(copy, options) if steps_only else _bring(copy, options, release)
    with one_at_a_time(folder):
        check_branch(folder)
        return finish(folder, options) if steps_only else _bring(folder, options, release)


def _bring(folder: Path, options: Options, release: str | None) -> int:
    file = options.answers_file
    link = read_link(folder / file, _version())
    check_clean(folder)
    _check_release(folder, link, release)
    say(f"Looking for a release of {link.address} ...\n")
    to = ["--vcs-ref", release] if release else []
    try:
        done = copier(folder, "update", "--defaults", "--quiet", "--answers-file", file, *to)
    except KeyboardInterrupt:
        say("Stopped." if options.preview else f"Stopped. {GO_BACK}\nThen update again.")
        raise
    if done.returncode:
        left = f"Some files have changed. {GO_BACK}" if find_changes(folder) and not options.preview else ""
        raise CommandError(f"Copier stopped. It reports:\n{reason(done)}\n{left}".rstrip())
    if conflicts := find_conflicts(folder):
        say("These files have conflicts with your changes:")
        say("".join(f"  {path}\n" for path in conflicts))
        command = f"uv run oneloop update --to {release}" if release else "uv run oneloop update"
        say(START.format(command=command) if options.preview else RESOLVE)
        return 1
    if not find_changes(folder):
        say(f"Nothing to do: {link.address} has nothing newer than {link.release}.")
        return 0
    return _second_half(folder, options)


def _second_half(folder: Path, options: Options) -> int:
    """Run the steps of the release that is in a folder now; this process has the code of the one before."""
    steps = (PLUGIN / "oneloop/commands/update/steps").relative_to(_find_folder(options.answers_file))
    given = [f"--answers-file={options.answers_file}"]
    given += [f"--{name}" for name in ("yes", "preview") if getattr(options, name)]
    given += [] if options.selftest else ["--no-selftest"]
    author = AUTHOR if options.preview else {}
    return run_on_terminal(folder, sys.executable, str(folder / steps), *given, **author, **{SECOND_HALF: "1"})


def _find_folder(file: str) -> Path:
    here = Path.cwd()
    return next((each for each in (here, *here.parents[:2]) if (each / file).is_file()), here)


def _version() -> str:
    # From the file: the installed metadata may be that of the version before.
    return release_of((PLUGIN / "pyproject.toml").read_text("utf-8")) or "unknown"


def _check_release(folder: Path, link: Link, release: str | None) -> None:
    source = link.folder if link.folder and link.folder.is_dir() else None
    lines = git_lines(source or folder, "ls-remote", "--refs", "." if source else link.address) if release else []
    names = {line.split("/", 2)[2]: "/tags/" in line for line in lines if line.count("/") > 1}
    if names and release not in {"HEAD", *names} and not COMMIT.fullmatch(str(release)):
        releases = ", ".join(name for name, is_tag in names.items() if is_tag)
        raise CommandError(
            f"{link.address} has no release {release}. Its releases are: {releases or 'none yet'}. "
            "Name one of them, or leave out --to for the newest."
        )
    head = release == "HEAD" or (release is None and source and not git_lines(source, "tag"))
    if source and head and git_lines(source, "status", "--porcelain"):
        raise CommandError(
            f"The template {link.address} has changes that are not committed. Commit them "
            "there, or name a release: uv run oneloop update --to RELEASE"
        )
