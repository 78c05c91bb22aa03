"""One run of the project's pytest, in a process of its own. It reports each test as it starts and ends."""

import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# Options that keep the run in this process and in the order of the files.
OPTIONS = {
    "xdist": ["-n0"],
    "pytest_cov": ["--no-cov"],
    "pytest_randomly": ["-p", "no:randomly"],
    "pytest_random_order": ["-p", "no:random_order"],
    "pytest_rerunfailures": ["--reruns=0"],
}
LONGEST_MESSAGE = 400


class Recorder:
    """Sends what happens to the process that started the run, and keeps the wanted tests."""

    def __init__(self, pipe: int, wanted: Sequence[str] | None, original: Path, arguments: Sequence[str]) -> None:
        self._pipe = pipe
        self._files = {nodeid.partition("::")[0] for nodeid in wanted or ()}
        self._named = {argument.partition("::")[0] for argument in arguments}  # pytest requires them
        self._order = None if wanted is None else {nodeid: number for number, nodeid in enumerate(wanted)}
        self._original = original

    def send(self, **event: Any) -> None:
        data = json.dumps(event).encode() + b"\n"
        while data:
            data = data[os.write(self._pipe, data) :]

    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        """Leave out the files without a wanted test: to import them may take longer than the tests."""
        if (
            self._order is None
            or collection_path.suffix != ".py"
            or not collection_path.is_relative_to(config.rootpath)
        ):
            return None
        file = collection_path.relative_to(config.rootpath).as_posix()
        kept = file in self._files or collection_path.name in ("conftest.py", "__init__.py") or file in self._named
        return None if kept else True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        order = self._order
        if order is not None:
            kept = [item for item in items if item.nodeid in order]
            items[:] = sorted(kept, key=lambda item: order[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.send(event="failed", test=report.nodeid, phase="collection", what=_last_line(report.longreprtext))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.send(event="started", test=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.send(event="failed", test=report.nodeid, phase=report.when, what=_last_line(report.longreprtext))
        self.send(event="phase", test=report.nodeid, seconds=report.duration)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Refuse a run that imported the original: it says nothing about the copy."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            # An environment may be in the folder.
            if isinstance(file, str) and file.startswith(f"{self._original}{os.sep}") and "site-packages" not in file:
                self.send(event="foreign", module=name, file=file)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("E ")] or text.splitlines()[-1:]
    return (lines[0] if lines else "").removeprefix("E").strip()[:LONGEST_MESSAGE]


def run_suite(job: dict[str, Any], pipe: int) -> int:
    """Run the tests that `job` names, and return pytest's exit status."""
    os.set_inheritable(pipe, False)
    # Nor does the first run write any: it shows whether the copy is what is imported.
    sys.dont_write_bytecode = job["planted"] is not None or job["contexts"] is not None
    if job["planted"] is not None:
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    recorder = Recorder(pipe, job["tests"], Path(job["original"]), job["arguments"])
    plugins: list[object] = [recorder]
    arguments = [*pytest_arguments(job["arguments"]), *(["--maxfail=1"] if job["planted"] is not None else [])]
    if job["contexts"] is None:
        return int(pytest.main(arguments, plugins=plugins))
    from .contexts import Contexts  # noqa: PLC0415  it needs coverage.py

    contexts = Contexts(Path.cwd(), job["files"])
    status = int(pytest.main(arguments, plugins=[*plugins, contexts]))
    Path(job["contexts"]).write_text(json.dumps(contexts.result()), "utf-8")
    return status


def pytest_arguments(given: Sequence[str]) -> list[str]:
    loaded = "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ
    options = [option for module, values in OPTIONS.items() if loaded and find_spec(module) for option in values]
    # Without assertion rewriting, pytest's libraries may be imported before it starts.
    return ["-q", "--assert=plain", *options, *given]
