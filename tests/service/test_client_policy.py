"""A service's tests take the sync client by its fixture only, whatever the driver of the database."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import run, uv
from tests.support.outcomes import run_pytest
from tests.support.overlay import Overlay

PROBE = Path(__file__).parents[1] / "plugin/probes/policy_drivers.py"


@pytest.mark.parametrize(
    "line",
    [
        "from fastapi.testclient import TestClient",
        "from starlette.testclient import TestClient as Client",
        "import fastapi.testclient",
        "from fastapi import testclient",
    ],
)
def test_ruff_refuses_its_import(changed: Overlay, line: str) -> None:
    """The message names the page."""
    (changed.root / "tests/test_banned.py").write_text(f"{line}\n")
    command = ["ruff", "check", "--select", "TID251", "tests/test_banned.py"]

    done = run(changed.python, "-m", *command, cwd=changed.root)

    assert done.returncode != 0
    assert "See docs/testing/clients.md." in done.stdout


def test_one_file_of_a_new_service_imports_it(installed: Installed) -> None:
    root = installed().root
    own = [path for path in root.rglob("*.py") if ".venv" not in path.parts]

    found = [path for path in own if re.search(r"^(from|import) .*testclient", path.read_text(), re.MULTILINE)]

    assert [path.relative_to(root).as_posix() for path in found] == ["tests/harness/oneloop/clients/sync_client.py"]


@pytest.mark.parametrize(("mark", "kind"), [("asyncio", ast.AsyncFunctionDef), ("not asyncio", ast.FunctionDef)])
def test_the_mark_asyncio_selects_the_async_tests(installed: Installed, mark: str, kind: type[ast.AST]) -> None:
    """`-m 'not asyncio'` runs exactly the sync tests."""
    project = installed()

    listed = project.run("pytest", "--collect-only", "-q", "-m", mark)

    selected = re.findall(r"^(\S+\.py)::(?:(\w+)::)?(\w+)", listed.stdout, re.MULTILINE)
    assert len(selected) >= 15
    for file, group, name in set(selected):
        tree = ast.walk(ast.parse((project.root / file).read_text()))
        found = [each for each in tree if isinstance(each, kind) and getattr(each, "name", "") == name]
        assert found, f"{file}::{group}::{name} is not what -m '{mark}' selects"


@pytest.mark.nightly
def test_every_driver_is_refused_on_another_loop(changed: Overlay) -> None:
    """By engine, by session factory, and when the handler swallows the error. On the one loop each is right."""
    shutil.copy(PROBE, changed.root / "tests/test_drivers.py")
    drivers = ("--with", "psycopg[binary]", "--with", "aiosqlite")
    command: list[str | Path] = [
        uv(),
        "run",
        "--quiet",
        "--project",
        changed.original.root,
        *drivers,
        "python",
        "-m",
        "pytest",
    ]

    done = run_pytest([*command, "tests/test_drivers.py"], changed.root, changed.environment)

    refused = {name: each for name, each in done.outcomes.items() if "refused" in name}
    assert len(refused) == 9
    assert {each.kind for each in refused.values()} == {"failure"}, done.output
    assert [name for name, each in refused.items() if "ClientPolicyError" not in each.said] == []
    assert len(done.outcomes) == 15
    assert done.having("passed") == done.outcomes.keys() - refused.keys(), done.output
