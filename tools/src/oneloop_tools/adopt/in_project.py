"""The process in the project: imports what was found, and says what it is. It connects to nothing.

`python -m oneloop_tools.adopt.in_project ORDER ANSWER` reads the file ORDER and writes the file ANSWER, both JSON.
"""

import contextlib
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version

OLDEST = (3, 10)


def main(order: str, answer: str) -> None:
    """Answer the order."""
    with open(order, encoding="utf-8") as file:  # noqa: PTH123  an older Python reads this file
        asked = json.load(file)
    found = {"python": sys.version.split()[0], "versions": _versions(asked["packages"])}
    if sys.version_info >= OLDEST and "fastapi" in found["versions"]:
        from .imported import confirm  # noqa: PLC0415  an older Python cannot import it

        os.environ.update(asked["url"])
        found.update(confirm(asked))
    with open(answer, "w", encoding="utf-8") as file:  # noqa: PTH123  likewise
        json.dump(found, file)


def _versions(names: "list[str]") -> "dict[str, str]":
    found = {}
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
