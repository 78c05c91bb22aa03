"""A process that has collected the tests of the copy, and forks for each run. It plants by replacing code in place."""

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pluggy
import pytest

from .child_run import ChildRun, Jobs, redirect
from .code_swap import Functions, NotInPlaceError
from .suite import Recorder, pytest_arguments

COLD = "cold"  # the answer to a job that needs another import


def serve(jobs: Jobs, settings: dict[str, Any]) -> None:
    """Collect the tests, and do the jobs of the tool."""
    redirect(settings["log"])
    pytest.main(pytest_arguments(settings["collect"]), plugins=[Collected(jobs, settings)])


class Collected:
    def __init__(self, jobs: Jobs, settings: dict[str, Any]) -> None:
        self._jobs = jobs
        self._copy, self._original = Path(settings["copy"]), Path(settings["original"])
        self._child: Recorder | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Fork for each job. A child goes on with the tests, and so does not return."""
        functions, texts = Functions(self._copy), dict(self._texts())
        self._jobs.answer("ready")
        while (job := self._jobs.read()) is not None:
            try:
                swaps = self._swaps(job["planted"], functions, texts)
            except (NotInPlaceError, SyntaxError, ValueError):
                self._jobs.answer(COLD)
                continue
            run = ChildRun()
            if run.is_child:
                self._become_run(session, job, run, swaps)
                return None
            if not self._jobs.wait(run, job["limit"]):
                break
        return True

    def _texts(self) -> Iterator[tuple[Path, bytes]]:
        """Yield the files of the copy that are imported, with their text."""
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.startswith(f"{self._copy}/") and file.endswith(".py"):
                yield Path(file), Path(file).read_bytes()

    def _swaps(
        self, path: str | None, functions: Functions, texts: dict[Path, bytes]
    ) -> list[tuple[FunctionType, CodeType]]:
        if path is None:
            return []
        file = self._copy / path
        if file not in texts:
            raise NotInPlaceError
        return functions.find(file, texts[file], file.read_bytes())

    def _become_run(
        self, session: pytest.Session, job: dict[str, Any], run: ChildRun, swaps: list[tuple[FunctionType, CodeType]]
    ) -> None:
        os.ftruncate(1, 0)
        for function, code in swaps:
            function.__code__ = code
        self._child = Recorder(run.writing, job["tests"], self._original, ())
        session.config.pluginmanager.register(self._child)
        self._child.pytest_collection_modifyitems(session.items)
        if job["planted"] is not None:
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            session.config.option.maxfail = 1

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Generator[None, pluggy.Result[None]]:
        """End a child here: what follows, such as the end of a server, is its parent's."""
        outcome = yield
        if self._child is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(int(exitstatus) if outcome.excinfo is None else 70)
