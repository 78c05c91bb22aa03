"""The benchmark runs from end to end; what it measures is judged by people."""

import re
import sys

from tests.support.environment import ROOT, succeed


def test_prints_both_times_and_their_ratio() -> None:
    said = succeed(sys.executable, "tests/benchmarks/new_service.py", "1", cwd=ROOT)

    assert re.search(r"^from nothing to \d{3} passed, quickest of 1$", said, re.MULTILINE)
    assert {"oneloop.py new", "by hand", "ratio"} <= {line[2:19].strip() for line in said.splitlines()}
