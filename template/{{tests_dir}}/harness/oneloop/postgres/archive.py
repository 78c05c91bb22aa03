"""The data of a temporary server in one file, and back."""

import re
import shutil
from pathlib import Path
from zipfile import ZipFile

from .cluster import PASSWORD

MANIFEST = "manifest"
ARCHIVE_BYTES = 512 << 20
OF_THE_PROCESS = re.compile(r"postmaster\.|\.s\.|mmap\.")  # files that belong to the running server


def write_archive(path: Path, folder: Path, manifest: str) -> None:
    paths = [each for each in (folder / "data").rglob("*") if not OF_THE_PROCESS.match(each.name)]
    # A recovery brings back no rows of an unlogged table.
    if any(each.match("base/*/*_init") for each in paths) or sum(each.stat().st_size for each in paths) > ARCHIVE_BYTES:
        raise ValueError(folder)
    with ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, manifest)
        for each in (folder / PASSWORD, *paths):
            archive.write(each, each.relative_to(folder))


def extract_archive(archive: ZipFile, folder: Path) -> None:
    try:
        (folder / "data").mkdir(mode=0o700)
        (folder / PASSWORD).touch(mode=0o600)
        archive.extractall(folder)
    except BaseException:
        shutil.rmtree(folder / "data")
        raise
