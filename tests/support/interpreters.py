"""Find a Python by its version. Nothing is skipped for the want of one."""

import shutil
from functools import cache
from pathlib import Path

from tests.support.environment import ROOT, run, uv


@cache
def interpreter(version: str) -> str:
    """Return what `uv --python` takes: a path where this machine has that Python, else its version.

    In order: what uv sees; what pyenv has (uv does not see past pyenv's shims); what uv will download.
    """
    found = run(uv(), "python", "find", "--system", "--no-project", "--no-python-downloads", version, cwd=ROOT)
    if found.returncode == 0:
        return found.stdout.splitlines()[-1].strip()
    if shutil.which("pyenv"):
        prefix = run("pyenv", "prefix", version, cwd=ROOT)
        python = Path(prefix.stdout.strip(), "bin", "python")
        if prefix.returncode == 0 and python.exists():
            return str(python)
    return version
