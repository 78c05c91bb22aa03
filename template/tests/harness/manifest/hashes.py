"""The template's files, by their hashes. Line ends do not count: a checkout may have Windows'."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
MANIFEST = "tests/harness/manifest.json"
FILES = (".gitattributes", "conftest.py")
FOLDERS = ("docs/testing", "tests/harness")
LEFT_BY_PYTHON = "__pycache__"

Hashes = Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """How the files at hand differ from the release's, by their paths."""

    edited: list[str]
    missing: list[str]
    added: list[str]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.edited or self.missing or self.added)

    def __str__(self) -> str:
        """Name each path, with what became of it."""
        kinds = {"edited": self.edited, "missing": self.missing, "added": self.added}
        return "\n".join(f"  {kind:<8} {path}" for kind, paths in kinds.items() for path in paths)


def hash_of(content: bytes) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _names(root: Path) -> Iterator[str]:
    yield from FILES
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root)
            hidden = any(part.startswith(".") or part == LEFT_BY_PYTHON for part in name.parts)
            if not hidden and name.as_posix() != MANIFEST:
                yield name.as_posix()


def take(root: Path) -> dict[str, str]:
    """Return the hash of each of the template's files below `root`; the manifest is not one."""
    paths = {name: root / name for name in _names(root)}
    return {name: hash_of(path.read_bytes()) for name, path in paths.items() if path.is_file()}


def compare(release: Hashes, here: Hashes) -> Difference:
    """Return how `here` differs from `release`."""
    return Difference(
        edited=[name for name in release if name in here and here[name] != release[name]],
        missing=[name for name in release if name not in here],
        added=[name for name in here if name not in release],
    )


def read(root: Path = ROOT) -> dict[str, str] | None:
    """Return the release's hashes; None when the file is gone or, after a conflict, no JSON."""
    try:
        return dict(json.loads((root / MANIFEST).read_bytes()))
    except (OSError, ValueError):
        return None


def write(root: Path) -> None:
    """Make the manifest of a release; `root` is the template."""
    (root / MANIFEST).write_text(json.dumps(take(root), indent=2) + "\n", "utf-8", newline="\n")


def difference(root: Path = ROOT) -> Difference:
    """Return how this service's copy differs from the release."""
    release = read(root)
    return Difference([], [MANIFEST], []) if release is None else compare(release, take(root))
