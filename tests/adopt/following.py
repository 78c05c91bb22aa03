"""What Copier's message and the plugin ask of a project that adopts it. Standard library only: cells run it."""

import re
import textwrap
from pathlib import Path

from tests.adopt.samples import Adopted
from tests.support.environment import run, succeed, uv

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
