"""Edits of the user's files: shown as a diff, and made together or not at all."""

import codecs
import difflib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    file: Path
    before: str  # empty where the file is new
    after: str

    def diff(self, root: Path) -> str:
        shown = self.file.relative_to(root).as_posix()
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, f"a/{shown}" if self.before else "/dev/null", f"b/{shown}")
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    @property
    def lines(self) -> int:
        """Return how many lines of the user's are added or changed."""
        diff = list(difflib.ndiff(self.before.splitlines(), self.after.splitlines()))
        return sum(1 for line in diff if line.startswith("+ ") and line.strip() != "+")


class Drafts:
    """The new content of some files, before any is written."""

    def __init__(self) -> None:
        self._before: dict[Path, str] = {}
        self._after: dict[Path, str] = {}

    def read(self, file: Path) -> str:
        if file not in self._after:
            self._before[file] = self._after[file] = _read(file)
        return self._after[file]

    def change(self, file: Path, text: str) -> None:
        self.read(file)
        self._after[file] = text

    def edits(self) -> list[Edit]:
        pairs = ((file, self._before[file], text) for file, text in self._after.items())
        return [Edit(file, before, after) for file, before, after in pairs if before != after]


def write(edits: list[Edit]) -> None:
    for edit in edits:
        with edit.file.open("w", encoding=encoding_of(edit.file), newline="") as file:
            file.write(edit.after)


def _read(file: Path) -> str:
    if not file.exists():
        return ""
    with file.open(encoding=encoding_of(file), newline="") as opened:  # the line endings stay
        return opened.read()


def encoding_of(file: Path) -> str:
    """Return the encoding of a file. `pip freeze > requirements.txt` writes UTF-16 on Windows, with a mark."""
    content = file.read_bytes() if file.exists() else b""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"  # it has every byte
    return "utf-8"
