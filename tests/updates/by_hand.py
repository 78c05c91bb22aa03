"""Follows the steps of a CHANGELOG to the letter. A step has one of the forms below; its code is what a reader types.

A step that says "if you have it" may find nothing to change.
"""

import re
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import succeed
from tests.support.project import Project
from tests.updates.releases import ChangelogError, Step

FENCED = re.compile(r"^ *```\w*\n(?P<text>.*?)^ *```", re.DOTALL | re.MULTILINE)
RUN = re.compile(r"Run `(?P<command>[^`]+)`")
DELETE = re.compile(r"Delete the file `(?P<path>[^`]+)`")
COPY = re.compile(r"Copy `(?P<source>[^`]+)` of this release to `(?P<path>[^`]+)`")
IN = re.compile(r"In `(?P<path>[^`]+)`(?P<optional>, if you have (?:it|the job))?, (?P<what>.+)", re.DOTALL)


def at_the_end_of(text: str, _: str, *, more: str, key: str) -> str:
    """Add to the end of a line of settings."""
    return re.sub(rf"^({re.escape(key)} *=.*)$", lambda found: f"{found[1]} {more}", text, count=1, flags=re.MULTILINE)


def at_the_end(text: str, block: str) -> str:
    return f"{text.rstrip()}\n\n{block}"


def another_line(text: str, _: str, *, line: str) -> str:
    return f"{text.rstrip()}\n{line}\n"


def replaced(text: str, _: str, *, new: str, old: str) -> str:
    return text.replace(old, new)


def removed(text: str, _: str, *, old: str) -> str:
    return text.replace(old, "")


def below(text: str, block: str, *, anchor: str) -> str:
    """Add a block below a line, whatever the line's indentation."""
    return re.sub(rf"^ *{re.escape(anchor)}\n", lambda found: found[0] + block, text, count=1, flags=re.MULTILINE)


EDITS: dict[str, Callable[..., str]] = {
    r"add at the end[^:]*:": at_the_end,
    r"add `(?P<more>[^`]+)` at the end of `(?P<key>[^`]+)`": at_the_end_of,
    r"add the line `(?P<line>[^`]+)`": another_line,
    r"write `(?P<new>[^`]+)` for `(?P<old>[^`]+)`": replaced,
    r"remove `(?P<old>[^`]+)`": removed,
    r"below `(?P<anchor>[^`]+)`, add:": below,
}


def shell(service: Project, command: str) -> None:
    """Run a command as it is typed."""
    succeed("sh", "-ec", command, cwd=service.root, env=service.environment)


@dataclass(frozen=True)
class Reader:
    """Does what the CHANGELOG says, in a service whose user has deleted some files or folders.

    A copied file names the example's routes; `declare` makes it name the user's.
    """

    service: Project
    release: Path
    deleted: tuple[str, ...]
    declare: Callable[[Path], None]

    def follow(self, step: Step) -> None:
        """Do one step; raise `ChangelogError` if it cannot be done as it is written."""
        sentence = re.sub(r"\n\s*", " ", FENCED.sub("", step.text))
        if match := RUN.match(sentence):
            shell(self.service, match["command"])
        elif match := DELETE.match(sentence):
            (self.service.root / match["path"]).unlink()
        elif match := COPY.match(sentence):
            shutil.copy(self.release / match["source"], self.service.root / match["path"])
            self.declare(self.service.root)
        elif match := IN.match(sentence):
            file = self.service.root / match["path"]
            is_deleted = bool(self.deleted) and match["path"].startswith(self.deleted)
            if not is_deleted:
                self._edit(step, file, match["what"], optional=bool(match["optional"]))
        else:
            raise ChangelogError(f"{step} has none of the forms in tests/updates/by_hand.py")

    def _edit(self, step: Step, file: Path, what: str, *, optional: bool) -> None:
        forms = ((re.match(form, what), change) for form, change in EDITS.items())
        match, change = next(((match, change) for match, change in forms if match), (None, None))
        if match is None or change is None:
            raise ChangelogError(f"{step} has none of the forms in tests/updates/by_hand.py")
        if not file.exists():
            if optional:
                return
            raise ChangelogError(f"{step} is about a file that does not exist")
        text = file.read_text("utf-8")
        block = textwrap.dedent("".join(found["text"] for found in FENCED.finditer(step.text)))
        new = change(text, block, **match.groupdict())
        if new == text and not optional:
            raise ChangelogError(f"{step} changes nothing in {file.name}")
        file.write_text(new, "utf-8")
