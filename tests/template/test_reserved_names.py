"""No package of a service hides a module that it needs."""

import json
import keyword
import re
from pathlib import Path

import pytest
import yaml

from tests.conftest import Installed
from tests.support.environment import ROOT, interpreter, succeed

RESERVED = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))["reserved_names"]["default"].split()
CAN_BE_TYPED = re.compile(r"(?=.{1,30}\Z)[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
ADDED_SINCE_3_13 = {"annotationlib", "compression", "lazy", "profiling"}

INSTALLED = """
import importlib.metadata, json
names = {d.metadata["Name"].lower().replace("-", "_").replace(".", "_") for d in importlib.metadata.distributions()}
print(json.dumps(sorted(names | set(importlib.metadata.packages_distributions()))))
"""

MOST_LETTERS = 30  # of the answer


def missing(names: set[str]) -> set[str]:
    return {name for name in names if CAN_BE_TYPED.match(name) and len(name) <= MOST_LETTERS} - set(RESERVED)


def test_no_name_is_listed_twice() -> None:
    assert sorted(RESERVED) == sorted(set(RESERVED))


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_standard_library_and_the_keywords_are_reserved(python: str) -> None:
    names = (
        "import json, keyword, sys; print(json.dumps([*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist]))"
    )
    path = interpreter(python)
    command = [path] if Path(path).exists() else ["uv", "run", "--no-project", "--python", path, "python"]

    assert not missing(set(json.loads(succeed(*command, "-c", names, cwd=ROOT))))


def test_the_newest_modules_are_reserved() -> None:
    assert not missing({*ADDED_SINCE_3_13, *keyword.kwlist})


@pytest.mark.parametrize(
    ("options", "packages"),
    [
        pytest.param([], {"fastapi", "starlette", "jwt", "pyjwt", "oneloop_vendored"}, id="by default"),
        pytest.param(["--isolated", "--all-groups"], {"schemathesis"}, id="all groups", marks=pytest.mark.nightly),
    ],
)
def test_what_a_service_installs_is_reserved(installed: Installed, options: list[str], packages: set[str]) -> None:
    """Both the names that are imported and those that are installed: a project cannot depend on itself."""
    names = set(json.loads(installed().succeed(*options, "python", "-c", INSTALLED))) - {"my_service"}

    assert packages <= names
    assert not missing(names)


def test_a_folder_of_the_service_is_reserved(installed: Installed) -> None:
    folders = {path.name for path in installed().root.iterdir() if path.is_dir() and path.name.isidentifier()}

    assert {"src", "tests", "migrations"} <= folders
    assert not missing(folders)


def test_a_name_with_service_added_is_never_reserved() -> None:
    """So that the default of `package_name` is always valid, and the advice in its message too."""
    assert not {f"{name}_service" for name in RESERVED} & set(RESERVED)
    assert max(len(f"{name}_service") for name in RESERVED) <= MOST_LETTERS
