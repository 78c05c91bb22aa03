"""The service's folder before and after an update: its git state, and its link to the template."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from .. import CommandError
from .programs import COPIER, git, git_lines, reason


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check_repository(folder: Path) -> None:
    done = git(folder, "rev-parse", "--verify", "HEAD")
    if not done.returncode:
        return
    advice = ""
    if "not a git repository" in done.stderr:
        advice = "\nMake one with:\n    git init && git add --all && git commit --message Start"
    elif "needed a single revision" in done.stderr.lower():
        advice = "\nCommit first:\n    git add --all && git commit --message Start"
    raise CommandError(f"An update needs a git repository with a commit. git reports:\n{reason(done)}{advice}")


def find_changes(folder: Path) -> list[str]:
    return git_lines(folder, "status", "--short", "--untracked-files=all", "--", ".")


def find_conflicts(folder: Path) -> list[str]:
    """Return the files in which a merge left a conflict. Copier's exit status does not show it."""
    unmerged = {line.split("\t", 1)[1] for line in git_lines(folder, "ls-files", "--unmerged")}
    checked = git_lines(folder, "diff", "--check", "--relative", "HEAD")
    marked = (line.split(":", 1)[0] for line in checked if line.endswith("conflict marker"))
    return sorted(unmerged.union(marked, git_lines(folder, "ls-files", "--others", "--cached", "--", "*.rej")))


@dataclass(frozen=True)
class Link:
    address: str
    release: str  # or commit

    @property
    def folder(self) -> Path | None:
        remote = re.match(r"[a-z+]{2,}:|[^/\\]+@[^/\\]+:", self.address)
        return None if remote else Path(self.address).expanduser()


def read_link(file: Path, version: str) -> Link:
    if not file.is_file():
        raise CommandError(
            f"There is no {file.name}, which links this service to its template. Take it from your "
            "history. If there was none, write it with the template's address at the end:\n"
            f"    uv tool run --from '{COPIER}' copier copy --defaults --vcs-ref {version} "
            f"--exclude '*' --exclude '!{file.name}' ADDRESS ."
        )
    text = file.read_text("utf-8")
    link = Link(value_of(text, "_src_path"), value_of(text, "_commit"))
    if not (link.address and link.release):
        raise CommandError(
            f"{file.name} does not name the template and its release. Copier can only write them "
            "if the template is a git repository. Add the lines, with the address of one:\n"
            f"    _commit: {link.release or version}\n    _src_path: {link.address or 'ADDRESS'}"
        )
    if link.folder and not link.folder.exists():
        raise CommandError(
            f"{file.name} names the template {link.address}, which does not exist on this machine. "
            "Clone the template there, or write its address as _src_path."
        )
    return link


def value_of(text: str, name: str) -> str:
    line = re.search(rf"^{name}:[ \t]*(.*)$", text, re.MULTILINE)
    value = line[1] if line else ""
    quoted = re.match(r"'((?:[^']|'')*)'|\"([^\"]*)\"", value)
    if quoted:
        return (quoted[1] or quoted[2] or "").replace("''", "'")
    return re.sub(r"(^|\s+)#.*", "", value).strip()
