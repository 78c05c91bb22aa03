"""The plain run of a new service's tests, to compare other runs with: made once, whatever the number of workers."""

import json
from pathlib import Path

import pytest

from tests.conftest import Installed, Once
from tests.support.environment import uv
from tests.support.outcomes import run_pytest
from tests.support.overlay import Overlay


@pytest.fixture(scope="session")
def plain(once: Once, installed: Installed) -> dict[str, str]:
    """Return how each test of a new service ends in a plain run: it passes."""

    def make(folder: Path) -> None:
        project = installed()
        run = run_pytest([uv(), "run", "--quiet", "pytest", "-q"], project.root, project.environment)
        assert run.exit_status == 0, run.output
        assert set(run.ended.values()) == {"passed"}
        assert len(run.ended) >= 60
        folder.mkdir(exist_ok=True)
        (folder / "ended.json").write_text(json.dumps(run.ended), "utf-8")

    ended: dict[str, str] = json.loads((once("plain", make) / "ended.json").read_text("utf-8"))
    return ended


@pytest.fixture
def changed(installed: Installed, tmp_path: Path) -> Overlay:
    """Return a copy of a new service, to change."""
    return Overlay.of(installed(), tmp_path / "service")
