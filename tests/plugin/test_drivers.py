"""The client policy is the same for every driver of SQLAlchemy."""

import os

import pytest

from tests.support.environment import succeed, uv
from tests.support.outcomes import Run
from tests.support.overlay import Overlay

PACKAGES = ("psycopg[binary]", "aiosqlite")
DRIVERS = ("postgresql+asyncpg", "postgresql+psycopg", "sqlite+aiosqlite")

pytestmark = pytest.mark.nightly  # it installs two drivers


@pytest.fixture(scope="module")
def run(service: Overlay, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = str(tmp_path_factory.mktemp("drivers"))
    succeed(uv(), "pip", "install", "-q", "--python", service.python, "--target", folder, *PACKAGES, cwd=service.root)
    path = os.pathsep.join([service.environment["PYTHONPATH"], folder])
    return service.pytest("tests/probes/test_policy_drivers.py", env={"PYTHONPATH": path})


@pytest.mark.parametrize("driver", DRIVERS)
def test_sync_client_is_refused(run: Run, driver: str) -> None:
    """Also where the handler swallows the error."""
    refused = {name: each for name, each in run.outcomes.items() if "test_refused" in name and driver in name}

    assert len(refused) == 3, run.output
    for each in refused.values():
        assert each.kind == "failure", run.output
        assert "ClientPolicyError" in each.said


def test_async_client_passes(run: Run) -> None:
    passed = [name for name in run.having("passed") if "test_right_on_the_one_loop" in name]

    assert len(passed) == 2 * len(DRIVERS), run.output
