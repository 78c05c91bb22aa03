"""`python -m tests.matrix list` prints the cells for a GitHub workflow; `run CELL` does one of them."""

import argparse
import json
import sys
from pathlib import Path

from tests.matrix.cells import committed
from tests.matrix.run import UnknownKindError, run
from tests.support.environment import ROOT

RUNNERS = {"linux": "ubuntu-latest", "macos": "macos-latest", "windows": "windows-latest"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="print the cells as JSON")
    one = verbs.add_parser("run", help="do a cell")
    one.add_argument("cell")
    one.add_argument("--template", type=Path, default=ROOT, help="a clone to render from; this one if not given")
    given = parser.parse_args(arguments)
    cells = {cell.name: cell for cell in committed()}
    if given.verb == "list":
        listed = [
            {"name": name, "python": cell.values["python"], "runner": RUNNERS[cell.values["os"]]}
            for name, cell in cells.items()
        ]
        print(json.dumps(listed))
        return 0
    if given.cell not in cells:
        parser.error(f"there is no cell {given.cell!r}: `list` prints their names")
    try:
        run(cells[given.cell], given.template)
    except (AssertionError, UnknownKindError) as error:
        print(f"{given.cell}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
