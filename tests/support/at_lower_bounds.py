"""Runs inside a rendered service: `python at_lower_bounds.py [PYPROJECT ...]` compares packages with lower bounds.

Prints each package that these files name, with its version; pyproject.toml if none is given. Ends with 1 when one is
newer than the highest of its lower bounds, and names it.
"""

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

bounds: dict[str, Version] = {}
for file in sys.argv[1:] or ["pyproject.toml"]:
    settings = tomllib.loads(Path(file).read_text("utf-8"))
    groups = settings.get("dependency-groups", {})
    for requirement in map(Requirement, settings["project"]["dependencies"] + groups.get("dev", [])):
        for each in requirement.specifier:  # none for the plugin: it is installed from its folder
            if each.operator == ">=":
                bounds[requirement.name] = max(Version(each.version), bounds.get(requirement.name, Version("0")))
newer = []
for name, bound in bounds.items():
    installed = Version(version(name))
    print(f"{name} {installed}")
    if installed != bound:
        newer.append(f"{name} {installed} is installed, but {bound} is allowed")
sys.exit("\n".join(newer) or None)
