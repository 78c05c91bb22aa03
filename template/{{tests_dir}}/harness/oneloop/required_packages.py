"""The packages that the plugin needs, checked before one of them is imported."""

from importlib.metadata import distributions, requires

import pytest
from packaging.requirements import Requirement


def check_packages() -> None:
    wrong = {}
    for needed in map(Requirement, requires("oneloop-vendored") or ()):
        found = next((each.version for each in distributions(name=needed.name)), "")
        applies = needed.marker is None or needed.marker.evaluate()
        if applies and not (found and needed.specifier.contains(found, prereleases=True)):
            is_wrong = f"{found} is too old" if found else "is not installed"
            wrong[needed.name] = f"{needed.name} {is_wrong}. The plugin needs {needed.specifier}."
    if wrong:
        command = "uv sync " + " ".join(f"--upgrade-package {name}" for name in wrong)
        raise pytest.UsageError("\n".join([*wrong.values(), f"Run: {command}"]))
