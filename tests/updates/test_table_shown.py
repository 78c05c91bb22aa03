"""The table reaches the end of a run, whatever process its cells come from."""

import sys
from pathlib import Path

from tests.support.environment import ROOT, run
from tests.updates.table import Cell, draw

CONFTEST = """
from tests.updates import table

def pytest_terminal_summary(terminalreporter):
    table.show(terminalreporter)
"""
TESTS = """
import pytest
from tests.updates import table

@pytest.mark.parametrize("release", ["0.1.0", "0.2.0"])
def test_update(request, release):
    outcome = {"0.1.0": "ok", "0.2.0": "2 lost"}[release]
    table.record(request.node, release, "edits", outcome)
    assert outcome == "ok"

def test_without_a_cell():
    pass
"""


def test_two_workers_make_one_table(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_updates.py").write_text(TESTS)
    command = (sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", f"--rootdir={tmp_path}")

    done = run(*command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})

    assert "from   0.1.0  0.2.0\nedits  ok     2 lost\n2 updates, 1 of them wrong\n" in done.stdout
    assert done.returncode == 1


def test_what_was_not_updated_from_has_a_dash() -> None:
    lines = draw([Cell("0.1.0", "a", "ok"), Cell("0.2.0", "b", "ok")])

    assert lines == ["from  0.1.0  0.2.0", "a     ok     -", "b     -      ok", "2 updates, 0 of them wrong"]
