"""The ratchet: the number of tests that use the wrong client may only fall."""

import json
from pathlib import Path

import pytest

from tests.tools.audit.conftest import Audited, Sample, copy_sample

FILE = "tests/audit_ratchet.json"
PLANTED = """
def test_planted(client):
    assert client.get("/count").status_code == 200
"""
COMPUTED = """
import os


def test_planted(client):
    client.get(os.environ["SOMEWHERE"])
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """A suite whose ratchet is written."""
    suite = copy_sample("shop", tmp_path_factory.mktemp("written") / "shop")
    done = suite.audit("--ratchet", FILE, "--update")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{FILE} is written: 54 use the wrong client, 7 unknown. Commit it.\n"
    return suite


@pytest.fixture
def suite(written: Audited, tmp_path: Path) -> Audited:
    """A copy of it, to change."""
    return written.copy(tmp_path / "shop")


def test_same_numbers_pass(suite: Audited) -> None:
    done = suite.audit("--ratchet", FILE)

    assert done.returncode == 0
    assert done.stdout == "No more than before: 54 use the wrong client, 7 unknown.\n"


def test_one_more_fails_and_is_named(suite: Audited) -> None:
    """With its line, and the reason."""
    suite.write("tests/test_planted.py", PLANTED)

    done = suite.audit("--ratchet", FILE)

    assert done.returncode == 1
    assert "Tests that use the wrong client: 55, before: 54. New:" in done.stdout
    assert "tests/test_planted.py:2 tests/test_planted.py::test_planted" in done.stdout
    assert "GET /count reaches database" in done.stdout
    assert "docs/audit.md" in done.stdout


def test_one_more_unknown_fails(suite: Audited) -> None:
    """A computed URL is no way around the ratchet."""
    suite.write("tests/test_planted.py", COMPUTED)

    done = suite.audit("--ratchet", FILE)

    assert done.returncode == 1
    assert "Tests with an unknown verdict: 8, before: 7. New:" in done.stdout
    assert "tests/test_planted.py::test_planted" in done.stdout


def test_fewer_pass_and_are_to_be_recorded(suite: Audited) -> None:
    (suite.root / "tests/api/test_below.py").unlink()

    done = suite.audit("--ratchet", FILE)
    assert done.returncode == 0
    assert "Fewer than before: 53 use the wrong client, 7 unknown. Before: 54 and 7." in done.stdout
    assert f"--ratchet {FILE} --update" in done.stdout

    assert suite.audit("--ratchet", FILE, "--update").returncode == 0
    assert len(json.loads((suite.root / FILE).read_text())["wrong_client"]) == 53


def test_update_does_not_raise_it(suite: Audited) -> None:
    """Only deleting the file starts again, and a review sees that."""
    before = (suite.root / FILE).read_bytes()
    suite.write("tests/test_planted.py", PLANTED)

    assert suite.audit("--ratchet", FILE, "--update").returncode == 1
    assert (suite.root / FILE).read_bytes() == before


def test_missing_file_is_no_pass(sample: Sample) -> None:
    done = sample("shop").audit("--ratchet", FILE)

    assert done.returncode == 2
    assert done.stderr.startswith(
        f"There is no {FILE}. Write it once, and commit it:\n    oneloop-tools audit REPO --ratchet"
    )


def test_cut_file_is_refused(suite: Audited) -> None:
    suite.write(FILE, '{"version": 1, "wrong_cl')

    done = suite.audit("--ratchet", FILE)

    assert done.returncode == 2
    assert "is not a ratchet of this audit, or is incomplete" in done.stderr


def test_file_left_out_is_not_counted_as_progress(suite: Audited) -> None:
    """A syntax error takes its tests out of the count: that is no lower number to record."""
    suite.write("tests/test_routes.py", "def test_broken(:\n")

    assert "Left out: tests/test_routes.py:1" in suite.audit("--ratchet", FILE).stdout
    done = suite.audit("--ratchet", FILE, "--update")
    assert done.returncode == 2
    assert "is not written, because files were left out" in done.stderr
