"""A process in a copy of the project that runs its tests."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import DiedError

LAST_LINES = 15


@dataclass(frozen=True)
class Start:
    """How a process starts: the interpreter, the environment, and what comes first on its import path."""

    python: Path
    original: Path
    copy: Path
    packages: Sequence[str]
    environment: Mapping[str, str]


class ProjectProcess:
    """It forks for each job. With arguments of pytest in `collect` it collects the tests first, once for all jobs."""

    def __init__(self, start: Start, name: str, collect: Sequence[str] | None = None) -> None:
        self.log = start.copy.with_name(f"{name}.log")
        self._errors = start.copy.with_name(f"{name}.errors").open("w+b")
        self._process = subprocess.Popen(
            [start.python, "-m", "oneloop_tools.plant.warm"],
            cwd=start.copy,
            env={**start.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is the tool's, which ends the run
        )
        settings = {"original": str(start.original), "copy": str(start.copy), "packages": [*start.packages]}
        self.send(settings | {"collect": collect and [*collect], "log": str(self.log)})

    def send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise DiedError(self._last_errors()) from None

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise DiedError(self._last_errors())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def last_log(self) -> str:
        return _last(self.log.read_text("utf-8", "replace")) if self.log.exists() else ""

    def close(self) -> None:
        """End the process. It ends the tests that it runs."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def _last_errors(self) -> str:
        self._errors.seek(0)
        return _last(self._errors.read().decode("utf-8", "replace"))


def _last(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-LAST_LINES:])
