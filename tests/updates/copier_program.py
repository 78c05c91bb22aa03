"""Copier as a program, as `uv run poe update` of a past release starts it."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.environment import run

# A git that kills the program which called it, at the given number of calls that match a pattern.
DEADLY_GIT = """#!/bin/sh
case "$*" in {pattern})
  echo >> '{calls}'
  if [ "$(wc -l < '{calls}')" -ge {number} ]; then kill -9 "$PPID"; exit 1; fi ;;
esac
exec '{git}' "$@"
"""


# For the commands that commit or stash: git needs an author.
SOMEBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Somebody"), ("EMAIL", "somebody@example.com"))
}


def update(service: Path, *options: str, programs: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `copier update --defaults` and return what it printed; `programs` win over the machine's."""
    scratch = service.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    path = {"PATH": f"{programs}:{Path(shutil.which('git') or '').parent}:/usr/bin:/bin"} if programs else {}
    command = (sys.executable, "-m", "copier", "update", "--defaults", *options)
    return run(*command, cwd=service, env={"TMPDIR": str(scratch), **path})


def deadly(folder: Path, pattern: str, number: int) -> Path:
    """Make a folder of programs in which git is deadly."""
    folder.mkdir()
    found = shutil.which("git")
    assert found
    text = DEADLY_GIT.format(pattern=pattern, calls=folder / "calls", number=number, git=found)
    (folder / "git").write_text(text)
    (folder / "git").chmod(0o755)
    return folder


def with_hooks_everywhere(folder: Path) -> str:
    """Return a user's settings of git: what changes its output, and hooks, none of which may run."""
    for name in ("pre-commit", "commit-msg", "post-checkout"):
        (folder / "hooks").mkdir(exist_ok=True)
        (folder / "hooks" / name).write_text("#!/bin/sh\nexit 1\n")
        (folder / "hooks" / name).chmod(0o755)
    settings = folder / "gitconfig"
    printed = "[status]\nbranch = true\nrelativePaths = false\n"
    settings.write_text(
        f"{printed}[core]\nhooksPath = {folder}/hooks\nsafecrlf = true\n[init]\ntemplateDir = {folder}\n"
    )
    return str(settings)
