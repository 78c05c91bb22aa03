"""What a user types for a project that adopts the plugin: what Copier's message asks for, and the tools' commands.

Standard library only: cells run it.
"""

import os
import re
import sys
import textwrap
from pathlib import Path

from tests.adopt.sample import Adopted
from tests.support.environment import ROOT, commit_all, run, succeed, uv

STEPS = re.compile(
    r"Install it, in the folder (\S+):\n +(uv add [^\n]*)\n.*?pyproject\.toml, add:\n(.*?)\n +3\. ", re.DOTALL
)
LINE = re.compile(r"ERROR: ([\w.]+)[:,].*Write this line under (\[.*\]): (.*)")


def follow(adopted: Adopted, message: str) -> list[str]:
    """Do what `message` lists, then what the plugin asks for; return the lines of settings that it asks for."""
    found = STEPS.search(message)
    assert found, message
    folder, install, table = found.groups()
    assert (adopted.top / folder).resolve() == adopted.root.resolve()
    succeed(uv(), *install.split()[1:], "--quiet", cwd=adopted.root, env=adopted.uv_settings)
    with (adopted.root / "pyproject.toml").open("a") as settings:
        settings.write(f"\n{textwrap.dedent(table)}\n")
    collect = [uv(), "run", "--quiet", "pytest", "--collect-only", "-q"]
    asked = LINE.findall(run(*collect, cwd=adopted.root, env=adopted.uv_settings).stdout)
    for file, heading, line in asked:
        write_line(adopted.root / file, heading, line)
    return [line for _, _, line in asked]


def write_line(file: Path, heading: str, line: str) -> None:
    """Write a line of settings below its heading, in the place of one for the same name."""
    name = line.partition("=")[0].strip()
    kept = [each for each in file.read_text().splitlines() if each.partition("=")[0].strip() != name]
    kept.insert(kept.index(heading) + 1, line)
    file.write_text("\n".join(kept) + "\n")


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
