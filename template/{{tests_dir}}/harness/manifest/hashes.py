"""The template's files, by their hashes. Line ends do not count: a checkout may have Windows'."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
MANIFEST = "tests/harness/manifest.json"
DOCS, HARNESS = "docs/testing", "tests/harness"
# A service's. Where a project has adopted the harness, what bears these names is its own, and no
# update touches it.
BESIDE = (".gitattributes", "conftest.py")
SERVICES = (*BESIDE, "docs/testing/README.md")
# For a suite that is to be converted; a new service has none of it.
TOOLS = ("tests/harness/audit/", "tests/harness/convert/", "docs/testing/converting.md")
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


def gather(harness: Path, docs: Path, others: Mapping[str, Path]) -> dict[str, Path]:
    """Return where each of the template's files is, by its name; the manifest is not one."""
    found = {name: path for name, path in others.items() if path.is_file()}
    for folder, label in ((docs, DOCS), (harness, HARNESS)):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            hidden = any(part.startswith(".") or part == LEFT_BY_PYTHON for part in parts)
            if path.is_file() and not hidden:
                found["/".join((label, *parts))] = path
    found.pop(MANIFEST, None)
    return found


def is_adopted(root: Path) -> bool:
    """Tell whether a project that stood has taken the harness in: it has the tools."""
    return any((root / tool).is_dir() for tool in TOOLS)


def docs_of(root: Path) -> Path:
    """Return where the documents are: an adopted suite may be a part of a bigger repository."""
    above = (root, *root.parents[:2]) if is_adopted(root) else (root,)
    return next((each for each in above if (each / DOCS).is_dir()), root) / DOCS


def places(root: Path) -> dict[str, Path]:
    """Return where each of the template's files is in a service, or beside an adopted suite."""
    others = {} if is_adopted(root) else {name: root / name for name in BESIDE}
    return gather(root / HARNESS, docs_of(root), others)


def path_from(root: Path, name: str) -> str:
    """Return the path of one of them as git is told it in `root`, be the file there or not."""
    if not name.startswith(DOCS):
        return name
    docs = Path(os.path.relpath(docs_of(root), root)).as_posix()
    return docs + name.removeprefix(DOCS)


def take(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the hash of each file."""
    return {name: hash_of(path.read_bytes()) for name, path in files.items()}


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


def write(manifest: Path, files: Mapping[str, Path]) -> None:
    """Make the manifest of a release."""
    manifest.write_text(json.dumps(take(files), indent=2) + "\n", "utf-8", newline="\n")


def difference(root: Path = ROOT) -> Difference:
    """Return how this service's copy differs from the release."""
    release = read(root)
    if release is None:
        return Difference([], [MANIFEST], [])
    elsewhere = SERVICES if is_adopted(root) else TOOLS
    expected, here = (
        {name: known for name, known in hashes.items() if not name.startswith(elsewhere)}
        for hashes in (release, take(places(root)))
    )
    return compare(expected, here)
