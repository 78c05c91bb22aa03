"""git, asked about the service's own repository; the network is never asked."""

import shutil
import subprocess
from pathlib import Path


def ask(folder: Path, *arguments: str, failing: bool = False) -> bytes | None:
    """Return what git says; None where it is not there or fails, but for a `failing` that tells."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603  the arguments are ours
        [program, "-c", "core.quotePath=false", *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return None if done.returncode and not failing else done.stdout


def lines(folder: Path, *arguments: str, failing: bool = False) -> list[str]:
    """Return what git says, line by line; nothing where it fails."""
    return (ask(folder, *arguments, failing=failing) or b"").decode(errors="replace").splitlines()
