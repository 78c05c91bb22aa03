"""`uv run oneloop update`: brings the plugin and its pages up to date."""

import os
import re
import sys
from pathlib import Path

from ..command_errors import (
    UNDO,
    CopierError,
    DirtyError,
    DowngradeError,
    DraftError,
    HalfWayError,
    NotLinkedError,
    TemplateMissingError,
    UpdateError,
)
from .working_tree import (
    ANSWERS,
    COPIER,
    Link,
    Tree,
    ask,
    is_older,
    read_link,
    run_copier,
)

RELEASE_IS_OUT = 2  # so Copier ends, too
NEXT = """
Two things are left to do:
  1. Run the tests: uv run poe test
  2. Read "Change by hand" in CHANGELOG.md of {address}, from {before} to {after}:
     what an update cannot bring.
Then commit. To undo instead: {undo}"""


def say(text: str) -> None:
    """Write a line where the user sees it at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def linked(file: Path) -> Link:
    """Return the service's link to its template, which has to be within reach."""
    link = read_link(file)
    if link is None:
        raise NotLinkedError(file.name, COPIER, version_here())
    if link.folder and not link.folder.exists():
        raise TemplateMissingError(link.address, file.name)
    return link


def check_asked(link: Link, ref: str | None) -> None:
    """Refuse a release that is older, and a clone's HEAD that is a draft."""
    if ref and is_older(ref, link.release):
        raise DowngradeError(link.release, ref)
    if link.folder and link.folder.is_dir():
        head = ref == "HEAD" or (ref is None and not ask(link.folder, "tag", "--list"))
        if head and ask(link.folder, "status", "--porcelain"):
            raise DraftError(link.address)


def version_here() -> str:
    """Read the plugin's version from its file: the installed metadata is the former one's."""
    file = Path(__file__).parents[3] / "pyproject.toml"
    found = re.search(r'^version = "(.+)"$', file.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


def update(folder: Path, file: str, ref: str | None) -> int:
    """Update, and return 1 when it left a conflict."""
    tree = Tree(folder)
    before = version_here()
    link = linked(folder / file)
    if unfinished := tree.conflicts():
        raise HalfWayError(unfinished)
    if changed := tree.changed():
        raise DirtyError(changed)
    check_asked(link, ref)
    asked = ["--vcs-ref", ref] if ref else []
    status = run_copier(folder, "update", "--defaults", "--quiet", "--answers-file", file, *asked)
    if status:
        raise CopierError(changed=bool(tree.changed()))
    after = read_link(folder / file) or link
    if conflicts := tree.conflicts():
        say("The update came, and in these files it met an edit of yours:")
        say("".join(f"  {path}\n" for path in conflicts))
        say("Take the template's text, and put your change into an override in tests/conftest.py:")
        say(f"  git checkout --theirs -- {' '.join(conflicts)}")
        return 1
    if not tree.changed():
        say(f"Nothing to do: {link.address} has nothing newer than {link.release}.")
        return 0
    say(tree.statistics())
    say(f"oneloop {before} -> {version_here()}; release {link.release} -> {after.release}")
    say(NEXT.format(address=link.address, before=link.release, after=after.release, undo=UNDO))
    return 0


def find_folder(file: str) -> Path:
    """Return where the answers are: here, or further up where the suite is part of a repository."""
    here = Path.cwd()
    return next((each for each in (here, *here.parents[:2]) if (each / file).is_file()), here)


def _check(folder: Path, file: str) -> int:
    """Say whether a release is out; 2 when one is."""
    link = linked(folder / file)
    status = run_copier(folder, "check-update", "--quiet", "--answers-file", file)
    if status not in (0, RELEASE_IS_OUT):
        raise CopierError(changed=False)
    if status == 0:
        say(f"{link.address} has nothing newer than {link.release}.")
        return 0
    # GitHub shows a line that begins so at the top of the run.
    begin = "::error title=A release is out::" if os.environ.get("GITHUB_ACTIONS") else ""
    say(f"{begin}{link.address} has a release after {link.release}. Run: uv run poe update")
    return status


def run_update(*, to: str | None, check: bool, answers_file: str | None) -> int:
    """Update, or report whether a release is out; a refusal is one text, and 1."""
    file = answers_file or ANSWERS
    folder = find_folder(file)
    try:
        return _check(folder, file) if check else update(folder, file, to)
    except UpdateError as error:
        sys.stderr.write(f"{error}\n")
        return 1
