"""Edits of a service, as its user makes them: each has to find what it changes."""

import re
from pathlib import Path


def edit(file: Path, old: str, new: str) -> None:
    """Replace what has to be there once."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{file.name} has {text.count(old)} of {old!r}: the busy user has to follow the code"
    file.write_text(text.replace(old, new), "utf-8")


def edit_each(file: Path, old: str, new: str) -> None:
    """Replace what has to be there, wherever it is."""
    text = file.read_text("utf-8")
    assert old in text, f"{file.name} has no {old!r}: the planted bug has to follow the code"
    file.write_text(text.replace(old, new), "utf-8")


def cut(file: Path, pattern: str) -> None:
    """Take out what matches, which has to be there."""
    text, count = re.subn(pattern, "", file.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert count, f"{file.name} has nothing like {pattern!r}: the busy user has to follow the code"
    file.write_text(text, "utf-8")


def append(file: Path, text: str) -> None:
    """Add to the end of a file."""
    file.write_bytes(file.read_bytes() + text.encode())


def relink(service: Path, template: str | Path) -> None:
    """Let a service come from another address."""
    answers = service / ".copier-answers.yml"
    text = re.sub(r"^_src_path: .*$", f"_src_path: {template}", answers.read_text("utf-8"), flags=re.MULTILINE)
    answers.write_text(text, "utf-8")
