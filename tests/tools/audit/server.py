"""Runs audits in forks of one process that has FastAPI and SQLAlchemy imported: a new interpreter takes a second.

Each line of standard input is an order as JSON, each line of standard output the exit status of one.
"""

import json
import os
import sys
import traceback
from typing import Any

import fastapi.routing
import pydantic_settings
import sqlalchemy.ext.asyncio

PRELOADED = (fastapi.routing, pydantic_settings, sqlalchemy.ext.asyncio)


def audit(order: dict[str, Any]) -> int:
    """Run one audit in this process, as `python -m oneloop_tools.audit` in the project's folder does."""
    os.chdir(order["root"])
    os.environ.clear()
    os.environ.update(order["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in ((1, order["stdout"]), (2, order["stderr"])):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.path[:0] = [order["root"], order["tools"]]
    from oneloop_tools.audit.__main__ import main  # noqa: PLC0415  of the tools that the order names

    return main(order["arguments"])


def serve() -> None:
    sys.path.pop(0)  # this script's folder
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _audit_and_exit(line)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  the answer


def _audit_and_exit(line: str) -> None:
    status = 3
    try:
        status = audit(json.loads(line))
    except BaseException:  # noqa: BLE001  whatever it is, it belongs into the output
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
