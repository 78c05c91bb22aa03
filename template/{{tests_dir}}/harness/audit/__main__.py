"""`python -m tests.harness.audit`: see `--help`."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ..errors import HarnessError
from .errors import OldFastAPIError
from .options import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the project in the current folder; return the exit status."""
    options = parse(arguments)
    try:
        try:
            from fastapi.routing import iter_route_contexts  # noqa: F401, PLC0415  asked before it is needed
        except ImportError:
            raise OldFastAPIError(version("fastapi")) from None
        from .run import run  # noqa: PLC0415  as above

        return run(options, Path.cwd())
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
