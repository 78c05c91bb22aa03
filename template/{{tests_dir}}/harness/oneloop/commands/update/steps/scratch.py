"""A copy of the service's last commit, for a preview. The service itself is not touched."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ... import CommandError
from ..programs import git, reason
from ..working_tree import say

# git needs an author, and the copy is thrown away.
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Oneloop"), ("EMAIL", "oneloop@localhost"))
}
# What decides the bytes of a checkout.
SETTINGS = ("core.autocrlf", "core.eol", "core.symlinks", "core.fileMode")


@contextmanager
def scratch_copy(folder: Path) -> Iterator[Path]:
    """Clone the repository, and yield the service's folder in the clone. At its end say that nothing was changed."""
    top = git(folder, "rev-parse", "--show-toplevel").stdout.strip()
    inside = git(folder, "rev-parse", "--show-prefix").stdout.strip()
    draft = Path(tempfile.mkdtemp(prefix="oneloop-preview-"))
    try:
        options = ["--template=", "-c", "commit.gpgSign=false", "-c", f"core.hooksPath={os.devnull}"]
        for name in SETTINGS:
            if value := git(folder, "config", "--get", name).stdout.strip():
                options += ["-c", f"{name}={value}"]
        clone = draft / (Path(top).name or "service")
        done = git(draft, "clone", "--quiet", "--shared", *options, top, str(clone))
        if done.returncode:
            raise CommandError(f"git could not copy the repository. It reports:\n{reason(done)}")
        yield clone / inside
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        say("Nothing was changed.")
