"""The audit in the project's own process. The working directory is the project's folder."""

import sys

OLDEST = (3, 11)
if sys.version_info < OLDEST:  # before anything is imported that an older Python cannot read
    sys.stderr.write(f"The project runs on {sys.version.split()[0]}. The audit needs Python 3.11 or newer.\n")
    sys.exit(2)

from collections.abc import Sequence  # noqa: E402  see above
from importlib.metadata import PackageNotFoundError, version  # noqa: E402
from pathlib import Path  # noqa: E402

from oneloop_tools.errors import ToolsError  # noqa: E402

from .errors import NoFastAPIError, OldFastAPIError  # noqa: E402
from .options import parse  # noqa: E402


def main(arguments: Sequence[str]) -> int:
    """Audit the project in the working directory, and return the exit status."""
    try:
        options = parse(arguments)
        check_fastapi()
        from .command import run  # noqa: PLC0415  it needs such a FastAPI

        return run(options, Path.cwd())
    except ToolsError as error:
        sys.stderr.write(f"{error}\n")
        return 2


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
