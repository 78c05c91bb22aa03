"""A machine with a small clone and chosen programs on PATH, to run `oneloop.py` on."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.environment import ROOT, clean_environment, commit_all

STAND_INS = Path(__file__).with_name("stand_ins")


def folders_without_uv() -> list[str]:
    """Return the PATH of this machine as it is before anyone installs uv."""
    folders = os.environ["PATH"].split(os.pathsep)
    return [f for f in folders if not (Path(f) / "uv").exists() and not Path(f).is_relative_to(sys.prefix)]


@dataclass
class Call:
    arguments: list[str]
    folder: str
    variables: dict[str, str]


@dataclass
class Machine:
    home: Path
    python: str = sys.executable
    path: list[str] = field(default_factory=folders_without_uv)

    def __post_init__(self) -> None:
        self.clone, self.programs = self.home / "clone", self.home / "programs"
        self.clone.mkdir()
        self.programs.mkdir()
        self.path.insert(0, str(self.programs))
        for name in ("oneloop.py", "copier.yml", ".gitignore"):
            shutil.copy(ROOT / name, self.clone)
        commit_all(self.clone, "Start")
        self.add("uv", f'#!/bin/sh\nexec {sys.executable} {STAND_INS / "uv.py"} {self.programs / "calls"} "$@"\n')

    def add(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def calls(self, word: str = "") -> list[Call]:
        """Return what uv was asked to do, in order: the calls with this argument."""
        calls = self.programs / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        every = [Call(**json.loads(line)) for line in lines]
        return [call for call in every if not word or word in call.arguments]

    def environment(self, **variables: str) -> dict[str, str]:
        return {**clean_environment(), "PATH": os.pathsep.join(self.path), **variables}

    def __call__(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.python, "oneloop.py", *arguments],
            cwd=self.clone,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def refusal(self, *arguments: str, **variables: str) -> str:
        """Return the message of a command that fails, which is not a traceback."""
        done = self(*arguments, **variables)
        assert done.returncode > 0
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose uv only records what it is asked to do."""
    return Machine(tmp_path)
