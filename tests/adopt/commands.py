"""What a person types in a project that has adopted the harness."""

import shutil
from pathlib import Path

from tests.adopt.samples import Adopted
from tests.support.environment import commit_all, succeed

AUDIT = "uv run --quiet python -m tests.harness.audit"
CONVERT = "uv run --quiet --with libcst python -m tests.harness.convert"


def copied(adopted: Adopted, top: Path) -> Adopted:
    """Return an adopted project to change, on an environment of its own."""
    shutil.copytree(adopted.top, top, symlinks=True)
    (top / adopted.sample.root / ".gitignore").write_text(".venv/\n__pycache__/\naudit.json\n")
    commit_all(top, "Adopt the harness")
    return Adopted(adopted.sample, top, adopted.python)


def shell(project: Adopted, command: str) -> str:
    """Run a command that has to succeed, where pytest runs, and return what it said."""
    return succeed("sh", "-ec", command, cwd=project.root, env=project.environment)
