"""What an update works with: the repository, the answers of Copier, and Copier itself."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..command_errors import NoRepositoryError, ProgramMissingError


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


def ask(folder: Path, *arguments: str, failing: bool = False) -> bytes | None:
    """Return what git says; None where it is not there or fails, but for a `failing` that tells."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603  the arguments are ours
        [program, "-c", "core.quotePath=false", *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return None if done.returncode and not failing else done.stdout


def lines(folder: Path, *arguments: str, failing: bool = False) -> list[str]:
    """Return what git says, line by line; nothing where it fails."""
    return (ask(folder, *arguments, failing=failing) or b"").decode(errors="replace").splitlines()


COPIER = "copier>=9.15.0"


def find_uv() -> str:
    """Return uv: the one that started this process, or the one on PATH."""
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        raise ProgramMissingError("uv")
    return found


def run_copier(folder: Path, *arguments: str) -> int:
    """Run Copier where its words are seen, without `--trust`, and return its exit status."""
    command = [find_uv(), "tool", "run", "--quiet", "--from", COPIER, "copier", *arguments]
    pipe = subprocess.PIPE
    done = subprocess.run(command, cwd=folder, stderr=pipe, check=False)  # noqa: S603  ours
    sys.stderr.write(reason(done.stderr.decode(errors="replace")))
    return done.returncode


def reason(said: str) -> str:
    """Return what Copier said; of a traceback, by which it names a mistake too, the last line."""
    before, traceback, inside = said.partition("Traceback (most recent call last):\n")
    return before + (inside.rstrip().rpartition("\n")[2] + "\n" if traceback else "")


ANSWERS = ".copier-answers.yml"
RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class Link:
    """Where the template is, and the release or commit of it that the service has."""

    address: str
    release: str

    @property
    def folder(self) -> Path | None:
        """Return the template's folder; None when the address is that of another machine."""
        remote = re.match(r"[a-z+]{2,}:|[^/\\]+@[^/\\]+:", self.address)
        return None if remote else Path(self.address).expanduser()


def read_link(file: Path) -> Link | None:
    """Return the link; None where there is no such file, or it names no template."""
    if not file.is_file():
        return None
    text = file.read_text("utf-8")
    found = {name: _value(text, name) for name in ("_src_path", "_commit")}
    return Link(found["_src_path"], found["_commit"]) if found["_src_path"] else None


def _value(text: str, name: str) -> str:
    """Read one line of YAML: Copier writes it, as plain text or in quotes."""
    match = re.search(rf"^{name}: *(.*?) *$", text, re.MULTILINE)
    value = match[1] if match else ""
    quoted = re.fullmatch(r"'(.*)'|\"(.*)\"", value)
    return (quoted[1] or quoted[2] or "").replace("''", "'") if quoted else value


def is_older(asked: str, here: str) -> bool:
    """Tell whether one release comes before another; Copier judges what is no plain version."""
    releases = [RELEASE.fullmatch(text) for text in (asked, here)]
    if not all(releases):
        return False
    first, second = ([int(part) for part in match[1].split(".")] for match in releases if match)
    return first < second
