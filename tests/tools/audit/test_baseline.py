"""The baseline: tests that fail because of their loop are recorded, and expected until they are fixed."""

import json
import runpy
import shutil
from pathlib import Path

import pytest

from oneloop_tools.audit.loop_failures import AFTER_EFFECTS, LOOP_FAILURES
from tests.support.environment import ROOT
from tests.tools.audit.conftest import Audited

NAME = "known_loop_failures.json"
KNOWN = f"tests/{NAME}"
# The part of it that runs in a project's ordinary test run. It is one module of the pytest plugin.
PLUGIN = ROOT / "template/{{tests_dir}}/harness/oneloop/adopted/known_failures.py"
UPDATE = "oneloop-tools audit REPO --baseline --update"
APP = """
import asyncio
import contextlib
import logging

from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()
ready = asyncio.Event()


@app.exception_handler(Exception)
async def log(request, error):
    logging.getLogger("app").error("failed", exc_info=error)
    return JSONResponse({}, 500)


@app.get("/ready")
async def is_ready():
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ready.wait(), 0.001)
    return ready.is_set()
"""
TESTS = """
from fastapi.testclient import TestClient
from main import app


def test_first():
    TestClient(app).get("/ready")


def test_second():
    TestClient(app).get("/ready")


def test_third():
    assert TestClient(app, raise_server_exceptions=False).get("/ready").status_code == 200


def test_plain():
    assert TestClient(app).get("/nowhere").status_code == 404
"""
# The event belongs to the loop of the first request, and each request of the sync client has a loop of its own.
FIXED = APP.replace("await asyncio.wait_for(ready.wait(), 0.001)", "await asyncio.sleep(0)")


def expect(suite: Audited, *arguments: str) -> "tuple[int, str]":
    """Run the suite with the plugin's module, as a project does."""
    done = suite.python("-m", "pytest", "-q", "-rxf", "-p", "known_failures", "-p", "no:xdist", *arguments)
    return done.returncode, done.stdout + done.stderr


def make(root: Path) -> Audited:
    suite = Audited(root)
    suite.write("main.py", APP)
    suite.write("tests/test_ready.py", TESTS)
    shutil.copy(PLUGIN, root)
    return suite


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    suite = make(tmp_path_factory.mktemp("recorded"))
    done = suite.audit("--baseline")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{NAME} is written: 2 tests fail because of the loop. Commit it.\n"
    return suite


@pytest.fixture
def recorded(once: Audited, tmp_path: Path) -> Audited:
    """A suite whose failures are recorded, to change."""
    return once.copy(tmp_path / "suite")


def test_records_what_fails_because_of_its_loop(recorded: Audited) -> None:
    """Also a failure that the app has logged and turned into a response."""
    known = json.loads((recorded.root / KNOWN).read_text())["tests"]

    assert known == {
        "tests/test_ready.py::test_second": {"family": "Another loop", "when": "call"},
        "tests/test_ready.py::test_third": {"family": "Another loop", "when": "call"},
    }


def test_suite_is_green_and_gives_the_reason(recorded: Audited) -> None:
    status, output = expect(recorded)

    assert status == 0, output
    assert "2 passed, 2 xfailed" in output
    assert "test_second - Another loop, see docs/testing/known-errors.md#another-loop" in output


def test_fixed_test_has_to_be_removed(recorded: Audited) -> None:
    """The run fails, with the command that removes it."""
    recorded.write("main.py", FIXED)

    status, output = expect(recorded)
    assert status == 1
    assert "2 failed, 2 passed" in output
    assert "test_second passes now. Remove it from known_loop_failures.json:" in output
    assert UPDATE in output

    reported = recorded.audit("--baseline")
    assert reported.returncode == 1
    assert f"Remove them from the list:\n    {UPDATE}\n" in reported.stdout

    updated = recorded.audit("--baseline", "--update")
    assert updated.returncode == 0
    assert f"{NAME} is empty and was deleted." in updated.stdout
    assert not (recorded.root / KNOWN).exists()
    assert expect(recorded)[0] == 0


def test_list_does_not_grow(recorded: Audited) -> None:
    recorded.write("tests/test_ready.py", TESTS + TESTS.partition("\n\n\n")[2].replace("test_second", "test_new"))

    done = recorded.audit("--baseline", "--update")

    assert done.returncode == 1
    assert "New: tests/test_ready.py::test_new (Another loop)" in done.stdout
    assert "test_new" not in (recorded.root / KNOWN).read_text()


def test_another_failure_is_not_hidden(recorded: Audited) -> None:
    """The mark is for the loop: a listed test that fails by an assertion fails."""
    recorded.write(
        "tests/test_ready.py", TESTS.replace("def test_second():\n", "def test_second():\n    assert 1 == 2\n")
    )

    status, output = expect(recorded)

    assert status == 1
    assert "1 failed, 2 passed, 1 xfailed" in output
    assert "assert 1 == 2" in output


def test_failure_in_the_teardown_is_known_too(tmp_path: Path) -> None:
    """An xfail of pytest would call the test passed, and fail afterwards."""
    suite = make(tmp_path)
    suite.write("tests/test_ready.py", TEARDOWN)
    recorded = suite.audit("--baseline")
    assert "1 test fails because of the loop" in recorded.stdout, recorded.stdout + recorded.stderr

    assert expect(suite)[0] == 0

    suite.write("tests/test_ready.py", TEARDOWN.replace("asyncio.run(wait())  # again", "pass"))
    status, output = expect(suite)
    assert status == 1
    assert "test_quiet passes now" in output


TEARDOWN = """
import asyncio

import pytest


@pytest.fixture
def event_of_another_loop():
    yield
    event = asyncio.Event()

    async def wait():
        try:
            await asyncio.wait_for(event.wait(), 0.001)
        except TimeoutError:
            pass

    asyncio.run(wait())
    asyncio.run(wait())  # again


def test_quiet(event_of_another_loop):
    pass
"""


def test_refusal_of_the_plugin_is_known_too(tmp_path: Path) -> None:
    """In an adopted suite the plugin refuses a sync client before the second loop does any harm."""
    suite = make(tmp_path)
    refused = "class ClientPolicyError(Exception): ...\n\n\ndef test_refused():\n    raise ClientPolicyError('no')\n"
    suite.write("tests/test_ready.py", refused)

    recorded = suite.audit("--baseline")

    assert "1 test fails because of the loop" in recorded.stdout, recorded.stdout + recorded.stderr
    assert expect(suite)[0] == 0


def test_nothing_to_record(tmp_path: Path) -> None:
    suite = make(tmp_path)
    suite.write("main.py", FIXED)

    done = suite.audit("--baseline")

    assert done.stdout == "No test fails because of its loop. Nothing is written.\n"
    assert not (suite.root / KNOWN).exists()


def test_incomplete_list_is_refused(recorded: Audited) -> None:
    recorded.write(KNOWN, "{")

    status, output = expect(recorded)
    done = recorded.audit("--baseline")

    assert status == 4
    assert "is not a list of known failures" in output
    assert done.returncode == 2
    assert "is not a list of known failures, or is incomplete." in done.stderr


def test_tools_and_plugin_know_the_same_failures() -> None:
    """The plugin runs without the tools, so the patterns exist twice."""
    plugin = runpy.run_path(str(PLUGIN))["LOOP_FAILURE"].pattern
    tools = "|".join([*LOOP_FAILURES.values(), *AFTER_EFFECTS.values()])

    assert sorted(plugin.split("|")) == sorted(tools.split("|"))
