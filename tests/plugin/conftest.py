"""The plugin, tried on a rendered service: in the environment of one, with the tests of this folder in its `tests/`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Installed, Once
from tests.support.outcomes import Run, read_run
from tests.support.overlay import Overlay

HERE = Path(__file__).parent
collect_ignore = ["deep", "in_process", "probes", "right"]

RunOnce = Callable[..., Run]


@pytest.fixture(scope="session")
def service(installed: Installed, once: Once) -> Overlay:
    """A service with the deep tests and the probes in it. Other tests use it too: never change it."""
    original = installed()
    return Overlay(original, once("service-with-probes", lambda root: _prepare(Overlay.of(original, root).checked())))


@pytest.fixture
def changed(service: Overlay, tmp_path: Path) -> Overlay:
    """A copy of that service for one test, to change."""
    return Overlay.of(service.original, tmp_path / "service")


@pytest.fixture(scope="session")
def spoilt(service: Overlay, tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    """A copy for each worker, to plant bugs in and to take them out again."""
    return _prepare(Overlay.of(service.original, tmp_path_factory.mktemp("spoilt") / "service"))


@pytest.fixture(scope="session")
def run_once(service: Overlay, once: Once) -> RunOnce:
    """Run tests of the service once, whatever the number of workers that ask for the result."""

    def run(name: str, *arguments: str) -> Run:
        def make(folder: Path) -> None:
            folder.mkdir()
            report = folder / "report.xml"
            status, output = service.output("-o", "junit_logging=all", f"--junitxml={report}", *arguments)
            (folder / "status").write_text(str(status))
            (folder / "output").write_text(output)

        folder = once(f"run-{name}", make)
        return read_run(folder / "report.xml", int((folder / "status").read_text()), (folder / "output").read_text())

    return run


def _prepare(overlay: Overlay) -> Overlay:
    for folder in ("deep", "in_process", "right"):
        shutil.copytree(HERE / folder, overlay.root / "tests" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    probes = overlay.root / "tests/probes"
    probes.mkdir()
    (probes / "__init__.py").touch()
    for source in (HERE / "probes").glob("*.py"):
        shutil.copy(source, probes / f"test_{source.name}")
    return overlay
