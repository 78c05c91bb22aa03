"""A small project to plant bugs in. Its tests need nothing but pytest, and run on this repository's interpreter."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from oneloop_tools.cli import main
from tests.support.environment import ROOT, clean_environment, run

CODE = """\
class HTTPException(Exception): ...


def find(orders, name, user_id):
    order = orders.get(name)
    if order is None:
        raise HTTPException(404)
    if order.owner_id != user_id:
        raise HTTPException(403)
    return order


def wait(queue, limit):
    while True:
        try:
            queue.pop()
        except IndexError:
            raise HTTPException(503)


def unused(user):
    if not user.is_admin:
        raise HTTPException(403)
"""
TESTS = """\
import pytest

from shop.orders import HTTPException, find, wait


def test_unknown_order():
    with pytest.raises(HTTPException, match="404"):
        find({}, "a", 1)


def test_queue_ends():
    with pytest.raises(HTTPException, match="503"):
        wait([1], 1)
"""
OWN_TEST = """

def test_order_of_another():
    class order:
        owner_id = 2
    with pytest.raises(HTTPException, match="403"):
        find({"a": order}, "a", 1)
"""


class Done(NamedTuple):
    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Shop:
    root: Path
    scratch: Path

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def git(self, *arguments: str) -> None:
        author = ["-c", "user.name=shop", "-c", "user.email=shop@example.com"]
        run("git", *author, *arguments, cwd=self.root).check_returncode()

    def arguments(self, *options: str) -> list[str]:
        # The plugins of this repository would take most of the time.
        alone = ["--env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"]
        return ["plant", str(self.root), *options, "--python", sys.executable, *alone]

    def plant(self, *options: str) -> Done:
        stdout, stderr = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            status = main(self.arguments(*options))
        return Done(status, stdout.getvalue(), stderr.getvalue())

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start the tool as a process of its own."""
        environment = clean_environment({"PYTHONPATH": str(ROOT / "tools/src"), "TMPDIR": str(self.scratch)})
        command = [sys.executable, "-m", "oneloop_tools", *self.arguments(*options)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def files(self) -> dict[str, bytes]:
        paths = (path for path in self.root.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {str(path): path.read_bytes() for path in paths}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Shop:
    """With the parameter `isolated`, its tests are those of Oneloop's plugin by its settings."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    for name in [each for each in os.environ if each.startswith("PYTEST")]:
        monkeypatch.delenv(name)
    project = Shop(tmp_path / "project", scratch)
    project.write("src/shop/orders.py", CODE)
    project.write("tests/test_orders.py", TESTS)
    if getattr(request, "param", "") == "isolated":
        project.write("pyproject.toml", '[tool.oneloop]\npackage = "shop"\n')
        project.write("tests/harness/README.md", "")
    return project


@pytest.fixture
def unchanged(shop: Shop) -> Callable[[], bool]:
    """Return whether the working tree is as it was, and nothing is left in the folder of temporary files."""
    before: list[dict[str, bytes]] = []

    def check() -> bool:
        if not before:
            before.append(shop.files())
            return True
        return shop.files() == before[0] and not list(shop.scratch.iterdir())

    return check
