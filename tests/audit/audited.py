"""A project that is audited: `python -m tests.harness.audit` in a process of its own; nothing is installed for it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.environment import ROOT, clean_environment

HARNESS = ROOT / "template/{{tests_dir}}/harness"
BESIDE = re.compile(r"def (?P<name>\w+)\(.*# audit: (?P<verdict>[\w-]+)$")


@dataclass(frozen=True)
class Audited:
    """A project with the harness in `tests/harness/`."""

    root: Path

    def with_harness(self) -> "Audited":
        """Put the harness of this working tree in."""
        shutil.copytree(HARNESS, self.root / "tests/harness", ignore=shutil.ignore_patterns("__pycache__"))
        return self

    def copy(self, root: Path) -> "Audited":
        """Return a copy, to change."""
        return Audited(Path(shutil.copytree(self.root, root)))

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def python(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run Python in the project, with what this repository has installed."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=clean_environment(env),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def audit(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run the audit."""
        return self.python("-m", "tests.harness.audit", *arguments, env=env)

    def document(self, *arguments: str) -> dict[str, Any]:
        """Return the audit's JSON."""
        done = self.audit("--json", "-", *arguments)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def verdicts(self, *arguments: str) -> dict[str, str]:
        """Return the verdict on each test, by the test's name."""
        return {test["nodeid"].rpartition("::")[2]: test["verdict"] for test in self.document(*arguments)["tests"]}

    def beside(self) -> dict[str, str]:
        """Return the verdicts that the sample's tests have beside them."""
        files = [path for path in sorted((self.root / "tests").rglob("*.py")) if "harness" not in path.parts]
        lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
        return {found["name"]: found["verdict"] for found in map(BESIDE.search, lines) if found}
