"""The converted corpus is run in a rendered service: what passed before passes after.

It renders and installs a service, so it runs nightly: `uv run pytest -m nightly tests/tools`.
"""

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from oneloop_tools.cli import main
from tests.conftest import Installed
from tests.support.environment import ROOT, uv
from tests.support.outcomes import Run, run_pytest
from tests.tools.convert.snippets import Files, snippets

APP = Path(__file__).parent / "service/app"
BRIEF = ROOT / "tests/brief"
# The clients of the snippets as they are.
CLIENTS = """
from collections.abc import AsyncIterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient

from app.main import app


@pytest.fixture
def client() -> TestClient:
    return TestClient(app)


@pytest.fixture
async def async_client() -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
"""
# The seam of the rendered service: its app is the one that the snippets test.
SEAM = """
import pytest
from app.main import app as the_app


@pytest.fixture(scope="session")
def create_app():
    return lambda _: the_app
"""

# What cannot run before the conversion, because the conversion fixes it.
BROKEN_BEFORE = {
    "async-clients/old_way": "httpx took the app until 0.28",
    "files/a_body_for_delete": "requests took a body, and httpx does not",
    "loops/run_until_complete": "the loop that it takes was closed by the test before it",
    "redirects/by_the_old_name": "the option was requests's",
    "sessions/asked_for_and_not_used": "the session is the plugin's",
    "sessions/run_on_a_loop": "the session is the plugin's",
}
NOT_RUN_BEFORE = {"loops/nest_asyncio": "it is not installed, which is the point"}
# What is left, and cannot run.
BROKEN_AFTER = {
    "half-converted/both_are_left": "the policy refuses two clients in one test",
    "marks/another_loop_is_left": "the app is on the loop of the run, and the plugin refuses another one",
    "sessions/of_the_database_are_left": "it adds what is no row",
}
# What changes the app for every test of its run.
ALONE = {"overrides/at_import_of_no_session": "its override is made at import and never taken back"}

pytestmark = pytest.mark.nightly


def write(folder: Path, corpus: dict[str, Files]) -> None:
    for name, files in corpus.items():
        package = folder / name.replace("-", "_")
        package.mkdir(parents=True)
        for each in (package, package.parent):
            (each / "__init__.py").touch()
        for path, text in files.items():
            (package / path).write_text(text)


def run_corpus(
    command: Sequence[str | Path], root: Path, folder: str, environment: dict[str, str] | None = None
) -> Run:
    """Run the snippets of a folder: most of them together, and each of `ALONE` in a process of its own."""
    places = [f"{folder}/{name.replace('-', '_')}" for name in ALONE]
    whole = run_pytest([*command, folder, *(f"--ignore={each}" for each in places)], root, environment)
    for place in places:
        one = run_pytest([*command, place], root, environment)
        whole = replace(whole, output=whole.output + one.output, ended={**whole.ended, **one.ended})
    return whole


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The snippets as they are, with a sync client of their own."""
    folder = tmp_path_factory.mktemp("before")
    left_out = {*NOT_RUN_BEFORE, "sessions/of_the_database_are_left"}
    write(folder / "tests", {each.name: each.before for each in snippets() if each.name not in left_out})
    shutil.copytree(APP, folder / "app")
    (folder / "conftest.py").write_text(CLIENTS)
    (folder / "tests/__init__.py").touch()
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\naddopts = -p no:xdist\n"
    )
    return run_corpus([sys.executable, "-m", "pytest", "-q"], folder, "tests")


@pytest.fixture(scope="module")
def after(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The converted snippets in a rendered service, with its plugin: one loop, no warning, no leak."""
    project = installed().copy(tmp_path_factory.mktemp("after") / "service")
    corpus = project.root / "tests/corpus"
    write(corpus, {each.name: each.expected for each in snippets() if each.name not in BROKEN_AFTER})
    shutil.copytree(APP, project.root / "app")
    (corpus / "conftest.py").write_text(SEAM)
    (corpus / "__init__.py").touch()
    command = [uv(), "run", "--quiet", "--with", "httpx", "--with", "hypothesis", "pytest", "-q"]
    return run_corpus(command, project.root, "tests/corpus", project.environment)


def snippet_of(test: str) -> str:
    """Return the snippet of a test's name in a report."""
    style, name = test.removeprefix("tests.").removeprefix("corpus.").split(".")[:2]
    return f"{style.replace('_', '-')}/{name}"


def test_all_of_it_passes_on_the_harness(after: Run) -> None:
    failed = {name for name, how in after.ended.items() if how not in ("passed", "skipped")}

    assert failed == set(), after.output
    assert len(after.ended) > 200


def test_what_passed_before_passes_after(before: Run, after: Run) -> None:
    """Only the names of split classes and anyio's parameter change."""

    def passed(run: Run) -> set[str]:
        names = {name for name, how in run.ended.items() if how == "passed"}
        return {re.sub(r"Async(?=\.test)|\[asyncio\]$", "", name.replace("tests.corpus.", "tests.")) for name in names}

    lost = {name for name in passed(before) - passed(after) if snippet_of(name) not in BROKEN_AFTER}
    assert lost == set()


def test_what_did_not_run_before_is_known(before: Run) -> None:
    failed = {snippet_of(name) for name, how in before.ended.items() if how != "passed"}

    assert failed == set(BROKEN_BEFORE), before.output


def test_the_brief_s_tests_are_converted_and_pass(
    installed: Installed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four of the brief's eight tests fail on two loops. After the conversion all pass on one."""
    project = installed().copy(tmp_path / "service")
    suite = project.root / "tests/test_metrics_security.py"
    shutil.copy(BRIEF / "app/test_metrics_security.py", suite)

    status = main(["convert", str(project.root), "tests/test_metrics_security.py", "--write", "--all"])
    run = run_pytest([uv(), "run", "--quiet", "pytest", str(suite)], project.root, project.environment)

    assert status == 0
    assert "8 tests converted, 0 left, 1 file changed" in capsys.readouterr().err
    assert run.exit_status == 0, run.output
    assert len(run.having("passed")) == 8
