"""The deep tests of the promises pass on the rendered service: all of them in one run."""

from pathlib import Path

import pytest

from tests.plugin.conftest import RunOnce

FILES = sorted(path.stem for path in (Path(__file__).parent / "deep").glob("test_*.py"))


@pytest.mark.parametrize("file", FILES)
def test_deep_tests_pass(run_once: RunOnce, file: str) -> None:
    """See the file in tests/plugin/deep: its docstring names the promise."""
    run = run_once("deep", "tests/deep")

    ended = {name: kind for name, kind in run.ended.items() if f".{file}." in name}
    assert ended
    assert {name: kind for name, kind in ended.items() if kind != "passed"} == {}, run.output
