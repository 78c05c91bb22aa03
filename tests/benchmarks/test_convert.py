"""The benchmark runs from end to end; what it measures is judged by people."""

import sys

from tests.support.environment import ROOT, succeed


def test_prints_the_time_and_what_was_converted() -> None:
    said = succeed(sys.executable, "tests/benchmarks/convert.py", "40", "1", cwd=ROOT)

    assert "conversion of 40 tests" in said
    assert "ratio" in said
    assert "32 tests converted, 8 left, 4 files changed" in said
