"""The benchmark runs from end to end; what it measures is judged by people."""

import sys

from tests.support.environment import ROOT, succeed


def test_prints_both_times_and_their_ratio() -> None:
    said = succeed(sys.executable, "tests/benchmarks/update_time.py", "1", cwd=ROOT)

    assert "this template" in said
    assert "an empty template" in said
    assert "ratio" in said
