"""Writes the files of a step, all of them or none."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .step import ServiceFiles


@contextmanager
def written(files: ServiceFiles) -> Iterator[None]:
    """Write the files; if that or the block fails, restore them."""
    locked = files.beside_tests("uv.lock")
    paths = [*files.changed, *([locked] if (files.folder / locked).is_file() else [])]
    before = {path: ServiceFiles(files.folder, "").bytes_of(path) for path in paths}
    try:
        for path, text in files.changed.items():
            replace(files.folder / path, text)
        yield
    except BaseException:
        for path, text in before.items():
            replace(files.folder / path, text)
        raise


def replace(path: Path, text: bytes | None) -> None:
    """Replace a file in one step, so that a full disk leaves the old one; None deletes it."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    target = path.resolve()  # a link stays a link
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.oneloop")
    try:
        draft.write_bytes(text)
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
