"""Copies of the project, one for each worker. The working tree is read and never written."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oneloop_tools.git_environment import git_environment

LEFT_OUT = {".git", ".hg", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".postgres"}


class ProjectCopy:
    def __init__(self, root: Path) -> None:
        self.root = root

    def again(self, number: int) -> "ProjectCopy":
        """Copy the copy, beside it."""
        return ProjectCopy(Path(shutil.copytree(self.root, self.root.parent / str(number), symlinks=True)))

    @contextmanager
    def planted(self, path: str, text: bytes) -> Iterator[None]:
        """Replace a file of the copy until the block ends."""
        file = self.root / path
        before, times = file.read_bytes(), file.stat()
        file.write_bytes(text)
        try:
            yield
        finally:
            file.write_bytes(before)
            # The bytecode of the file is the right one again.
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def copy_project(root: Path, target: Path) -> ProjectCopy:
    """Copy what git knows or would add, and `.env` files. Without git, copy all but environments and caches."""
    for path in _files(root):
        to = target / path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, to, follow_symlinks=False)
    return ProjectCopy(target)


def _files(root: Path) -> Iterator[Path]:
    listed = _known_to_git(root)
    if listed is None:
        yield from _walk(root)
        return
    more = [path.name for path in root.glob(".env*") if path.is_file()]
    for name in dict.fromkeys([*listed, *more]):
        path = root / name
        # A file that is deleted and not committed is listed. A submodule is a folder.
        if path.is_symlink() or path.is_file():
            yield Path(name)


def _known_to_git(root: Path) -> list[str] | None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=root, env=git_environment(), capture_output=True, check=False)
    except OSError:
        return None
    return [os.fsdecode(each) for each in done.stdout.split(b"\0") if each] if done.returncode == 0 else None


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [each for each in folders if each not in LEFT_OUT and not (here / each / "pyvenv.cfg").exists()]
        yield from (here.relative_to(root) / each for each in files)
