"""The committed description of the API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .difference import differences
from .errors import ContractChangedError, NoSnapshotError
from .outline import without_words


def write(path: Path, description: Mapping[str, Any]) -> None:
    """Commit to `description`: its words are left out, since nobody's program reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(without_words(description), indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def compare(path: Path, description: Mapping[str, Any]) -> None:
    """Raise `ContractChangedError` if callers can no longer rely on what stands at `path`."""
    if not path.exists():
        raise NoSnapshotError(path)
    before = json.loads(path.read_text(encoding="utf-8"))
    if found := differences(before, without_words(description)):
        raise ContractChangedError(path, found)
