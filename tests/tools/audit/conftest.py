"""The samples: small projects to audit. tests/adopt has them; they run on what this repository has installed."""

import atexit
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.adopt.sample import copy_files
from tests.support.environment import ROOT, clean_environment

TOOLS = ROOT / "tools/src"
SERVER = Path(__file__).parent / "server.py"
BESIDE = re.compile(r"def (?P<name>\w+)\(.*# audit: (?P<verdict>[\w-]+)$")


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@cache
def _server() -> "subprocess.Popen[str]":
    server = subprocess.Popen(
        [sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment()
    )
    atexit.register(server.communicate)
    return server


@dataclass(frozen=True)
class Audited:
    root: Path
    tools: Path = TOOLS

    def copy(self, root: Path) -> "Audited":
        """Return a copy, to change."""
        return Audited(Path(shutil.copytree(self.root, root)))

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def python(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run Python in the project, with the tools on its path."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=clean_environment({"PYTHONPATH": str(self.tools), **(env or {})}),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def tool(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run the whole tool, which starts the audit in a process of its own."""
        return self.python("-m", "oneloop_tools", "audit", ".", "--python", sys.executable, *arguments, env=env)

    def audit(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run the part of the audit that runs in the project."""
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            files = {name: f"{folder}/{name}" for name in ("stdout", "stderr")}
            order = {
                "root": str(self.root),
                "tools": str(self.tools),
                "env": clean_environment(env),
                "arguments": [".", *arguments],
                **files,
            }
            print(json.dumps(order), file=server.stdin, flush=True)
            status = int(server.stdout.readline())
            return Done(status, *(Path(file).read_text("utf-8") for file in files.values()))

    def document(self, *arguments: str) -> dict[str, Any]:
        """Return the audit's JSON."""
        done = self.audit("--json", "-", *arguments)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def verdicts(self, *arguments: str) -> dict[str, str]:
        """Return the verdict on each test by its name."""
        return {test["nodeid"].rpartition("::")[2]: test["verdict"] for test in self.document(*arguments)["tests"]}

    def beside(self) -> dict[str, str]:
        """Return the verdicts that are written beside the sample's tests."""
        files = sorted((self.root / "tests").rglob("*.py"))
        lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
        return {found["name"]: found["verdict"] for found in map(BESIDE.search, lines) if found}


Sample = Callable[[str], Audited]


def copy_sample(name: str, root: Path) -> Audited:
    return Audited(copy_files(name, root))


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Return a copy of a sample, to run and to change."""
    return lambda name: copy_sample(name, tmp_path / name)
