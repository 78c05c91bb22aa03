"""Runs inside a rendered service: `python at_lower_bounds.py` says if its dependencies are as old as they may be.

Prints each with its version. Ends with 1 when one is newer than its bound in pyproject.toml, and names it.
"""

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

settings = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
wanted = [Requirement(line) for line in settings["project"]["dependencies"] + settings["dependency-groups"]["dev"]]
newer = []
for requirement in wanted:
    (bound,) = (Version(each.version) for each in requirement.specifier if each.operator == ">=")
    installed = Version(version(requirement.name))
    print(f"{requirement.name} {installed}")
    if installed != bound:
        newer.append(f"{requirement.name} {installed} is installed, but {bound} is allowed")
sys.exit("\n".join(newer) or None)
