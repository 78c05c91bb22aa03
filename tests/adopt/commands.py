"""The tools' commands, as a user types them for a project that has adopted the plugin."""

import os
import sys

from tests.adopt.samples import Adopted
from tests.support.environment import ROOT, commit_all, succeed


def commit(project: Adopted) -> Adopted:
    """Commit the project: the tools write no file with uncommitted changes."""
    (project.root / ".gitignore").write_text(".venv/\n__pycache__/\naudit.json\n")
    commit_all(project.top, "Adopt the plugin")
    return project


def tool(project: Adopted, *arguments: str) -> str:
    """Run `oneloop-tools`, with the project's interpreter, where pytest runs."""
    path = os.pathsep.join([str(ROOT / "tools/src"), project.environment["PYTHONPATH"]])
    command = [sys.executable, "-m", "oneloop_tools", *arguments]
    return succeed(*command, cwd=project.root, env={**project.uv_settings, "PYTHONPATH": path})


def audit(project: Adopted, *arguments: str) -> str:
    return tool(project, "audit", ".", "--python", str(project.interpreter), *arguments)


def convert(project: Adopted, *arguments: str) -> str:
    return tool(project, "convert", ".", "tests", "--audit", "audit.json", *arguments)
