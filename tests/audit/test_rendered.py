"""The audit in a project: not in a new service; where it is, linted, typed and loaded as the rest of the harness."""

import shutil
from pathlib import Path

import pytest

from tests.audit.audited import HARNESS
from tests.conftest import Installed, Rendered
from tests.support.bugs import run_tests
from tests.support.environment import ROOT
from tests.support.project import Project

OTHER_LOOP = '''
"""Fails by its loop."""

import asyncio


async def test_starts_a_loop_in_a_loop() -> None:
    async def nothing() -> None: ...

    waiting = nothing()
    try:
        asyncio.run(waiting)
    finally:
        waiting.close()
'''


@pytest.fixture(scope="module")
def adopted(typed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with the audit in its harness, and the other tool, as it comes."""
    project = typed.copy(tmp_path_factory.mktemp("adopted") / "service")
    for tool in ("audit", "convert"):
        shutil.copytree(HARNESS / tool, project.root / "tests/harness" / tool, dirs_exist_ok=True)
    page = "docs/testing/converting.md"
    shutil.copy(ROOT / "template" / page, project.root / page)
    return project


def test_new_service_has_no_audit(rendered: Rendered) -> None:
    assert not (rendered() / "tests/harness/audit").exists()
    assert (HARNESS / "audit/__main__.py").exists()


def test_has_nothing_to_format_to_lint_or_to_type(adopted: Project) -> None:
    adopted.succeed("poe", "check")


def test_service_that_was_written_with_the_harness_is_right(adopted: Project) -> None:
    """Its sync tests are the ones that may be; its clients are known, and no URL is computed."""
    done = adopted.run("python", "-m", "tests.harness.audit", "--app", "tests.app_of_the_audit:app")
    assert done.returncode == 2
    (adopted.root / "tests/app_of_the_audit.py").write_text(APP)

    done = adopted.run("python", "-m", "tests.harness.audit", "--app", "tests.app_of_the_audit:app")

    (adopted.root / "tests/app_of_the_audit.py").unlink()
    assert done.returncode == 0, done.stdout
    assert "Cannot tell                          0" in done.stdout
    assert "\n0 of " in done.stdout


APP = """
from my_service.main import create_app
from my_service.settings import Settings

app = create_app(Settings(database_url="postgresql+asyncpg://localhost/orders_test", secret_key="k" * 40))
"""


class TestTheHarnessLoadsTheHooks:
    """A known failure is expected without any option, and has to lose its mark."""

    def test_baseline_then_green_then_mended(self, adopted: Project) -> None:
        file = adopted.root / "tests/test_loop.py"
        file.write_text(OTHER_LOOP)
        assert run_tests(adopted, "tests/test_loop.py").having("failure") == {"test_starts_a_loop_in_a_loop"}

        recorded = adopted.run("python", "-m", "tests.harness.audit", "--baseline", "--", "tests/test_loop.py")
        assert "known_loop_failures.json is written: 1 test fails by the loop. Commit it." in recorded.stdout
        known = run_tests(adopted, "tests/test_loop.py")
        assert known.having("skipped") == {"test_starts_a_loop_in_a_loop"}
        assert (
            "XFAIL tests/test_loop.py::test_starts_a_loop_in_a_loop - Loop already running: Sync code" in known.output
        )

        file.write_text(OTHER_LOOP.replace("asyncio.run(waiting)", "await waiting"))
        mended = run_tests(adopted, "tests/test_loop.py")
        assert mended.exit_status == 1
        assert "--baseline --update" in mended.outcomes["test_starts_a_loop_in_a_loop"].said

        updated = adopted.run(
            "python", "-m", "tests.harness.audit", "--baseline", "--update", "--", "tests/test_loop.py"
        )
        assert updated.returncode == 0, updated.stdout
        assert run_tests(adopted, "tests/test_loop.py").exit_status == 0

    def test_without_the_audit_nothing_is_loaded(self, installed: Installed, tmp_path: Path) -> None:
        """A service has no known failures, and its plugin no part for them."""
        service = installed().copy(tmp_path / "service")
        (service.root / "tests/known_loop_failures.json").write_text("not read")

        assert run_tests(service, "tests/health").exit_status == 0
