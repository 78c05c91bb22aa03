"""Checks what the audit needs in the project before it imports anything that needs it."""

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from oneloop_tools.errors import ToolsError

from .errors import NoFastAPIError, OldFastAPIError
from .options import parse


def audit(arguments: Sequence[str]) -> int:
    """Audit the project in the working directory, and return the exit status."""
    try:
        options = parse(arguments)
        check_fastapi()
        from .command import run  # noqa: PLC0415  it cannot be imported without such a FastAPI

        return run(options, Path.cwd())
    except ToolsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def check_fastapi() -> None:
    """Refuse an environment whose FastAPI is missing or too old."""
    try:
        from fastapi.routing import iter_route_contexts  # noqa: F401, PLC0415  the check itself
    except ImportError:
        try:
            found = version("fastapi")
        except PackageNotFoundError:
            raise NoFastAPIError(sys.executable) from None
        raise OldFastAPIError(found) from None
