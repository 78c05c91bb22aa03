"""What an update did to a service, compared with what it promises."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import git
from tests.support.template import files
from tests.updates.ownership import TEMPLATES, is_users

ANSWERS = ".copier-answers.yml"
NOT_OF_THE_SERVICE = {".git", ".venv", "__pycache__", ".pytest_cache"}
MARKERS = (b"<<<<<<< ", b">>>>>>> ")


def contents(service: Path) -> dict[str, bytes]:
    """Return every file of a service, without those of git, of the environment and of caches."""
    return {path: text for path, text in files(service).items() if NOT_OF_THE_SERVICE.isdisjoint(path.split("/"))}


@dataclass(frozen=True)
class Outcome:
    """What is wrong after an update: conflicts, files of the user's that changed or came back, fixes that did not."""

    conflicts: frozenset[str]
    lost: frozenset[str]
    brought: frozenset[str]
    stale: frozenset[str]

    def __str__(self) -> str:
        """Return `ok`, or how many paths are wrong in which way."""
        found = {name: len(paths) for name, paths in vars(self).items() if paths}
        return ", ".join(f"{count} {name}" for name, count in found.items()) or "ok"


CLEAN = Outcome(frozenset(), frozenset(), frozenset(), frozenset())


def look(
    service: Path,
    before: Mapping[str, bytes],
    release: Mapping[str, bytes],
    own: Collection[str] = (),
    *,
    is_users: Callable[[str], bool] = is_users,
) -> Outcome:
    """Compare a service with itself `before` the update, and with a render of the release that it was updated to.

    `own` are paths of the template's that the user has changed or deleted on purpose.
    """
    after = contents(service)
    unmerged = {line.split("\t")[1] for line in git(service, "ls-files", "--unmerged").splitlines()}
    marked = {path for path, text in after.items() if any(marker in text for marker in MARKERS)}
    rejected = {path for path in after if path.endswith((".rej", ".orig"))}
    templates = {path for path in {*release, *after} if not is_users(path)} - {*own}
    return Outcome(
        conflicts=frozenset(unmerged | marked | rejected),
        lost=frozenset(path for path in before if is_users(path) and before[path] != after.get(path)),
        brought=frozenset(path for path in after.keys() - before.keys() if is_users(path)),
        stale=frozenset(path for path in templates if _text(path, after) != _text(path, release)),
    )


def _text(path: str, files: Mapping[str, bytes]) -> bytes | None:
    """Return what has to be the same: a checkout with CRLF holds the same text, an answers file the same release."""
    if path not in files:
        return None
    text = files[path].replace(b"\r\n", b"\n")
    return re.sub(rb"^(?!_commit: ).*\n", b"", text, flags=re.MULTILINE) if path == ANSWERS else text


assert ANSWERS in TEMPLATES, "docs/ownership.md names the answers file"
