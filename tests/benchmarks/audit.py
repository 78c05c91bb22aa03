"""How long the audit takes for a suite of 2,000 tests.

    uv run python tests/benchmarks/audit.py [TESTS] [ROUNDS]

The files of the sample shop are copied until there are enough tests. The whole command is timed, with the imports of
the app. The goal is 10 s. In turn with it, a program imports the app and parses each file: no audit needs less.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.pairs import report, timed
from tests.tools.audit.conftest import TOOLS, Audited, copy_sample

TESTS = 2_000
ROUNDS = 5
SRC = {"PYTHONPATH": "src", "SHOP_REGION": "eu"}
LEAST = "import ast, pathlib, shop.main; [ast.parse(f.read_bytes()) for f in pathlib.Path('tests').glob('test_*.py')]"


def grow(suite: Audited, tests: int) -> int:
    """Copy the files until there are `tests` tests, and return how many there are."""
    found = len(suite.document()["tests"])
    files = sorted((suite.root / "tests").glob("test_*.py"))
    of_a_copy = found - 2  # two tests are in a subfolder, which is not copied
    for number in range(-(-(tests - found) // of_a_copy)):
        for file in files:
            (file.parent / f"{file.stem}_{number}.py").write_bytes(file.read_bytes())
    return len(suite.document()["tests"])


def main() -> None:
    """Measure in turn and print."""
    given = [int(each) for each in sys.argv[1:]]
    tests, rounds = [*given, *(TESTS, ROUNDS)[len(given) :]]
    with tempfile.TemporaryDirectory() as scratch:
        suite = copy_sample("shop", Path(scratch) / "shop")
        count = grow(suite, tests)
        tool, least = ("-m", "oneloop_tools", "audit", ".", "--python", sys.executable), ("-c", LEAST)
        pairs = [
            (
                timed(sys.executable, *tool, cwd=suite.root, env={"PYTHONPATH": str(TOOLS)})[0],
                timed(sys.executable, *least, cwd=suite.root, env=SRC)[0],
            )
            for _ in range(rounds)
        ]
    print(f"audit of {count} tests, quickest of {rounds}")
    print(report(pairs, "the whole command", "import and parse"))


if __name__ == "__main__":
    main()
