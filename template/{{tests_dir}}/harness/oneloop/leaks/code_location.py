"""Where in the service or in a test something happened: a file and a line, not a library's."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import greenlet  # type: ignore[import-untyped]  # it ships no types

INSTALLED = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib", "scripts"))
STDLIB = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
SITE = f"{os.sep}site-packages{os.sep}"
PLUGIN = str(Path(__file__).parents[1])
TESTS = str(Path(__file__).parents[3])
ROOT = f"{Path(TESTS).parent}{os.sep}"


def caller(depth: int = 1) -> FrameType:
    """Return the frame `depth` calls above the one that asks."""
    return sys._getframe(depth + 1)  # noqa: SLF001  `inspect.stack` reads files, at a thousand times the price


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield `frame` and who called it, up to the event loop: above it is pytest.

    Also across greenlets, in which SQLAlchemy's async runs: their frames are not linked.
    """
    current = greenlet.getcurrent()
    while frame is not None and not _is_loop(frame):
        yield frame
        frame = frame.f_back
        while frame is None and (parent := current.parent) is not None:
            current, frame = parent, parent.gr_frame


def _is_loop(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name == "_run" and code.co_filename.endswith(
        ("asyncio/events.py", "asyncio\\events.py")
    )


def is_own(file: str) -> bool:
    """Tell whether `file` is the service's or a test's: no library's, not the harness's."""
    if file.startswith(PLUGIN) and "selftest" not in file and "checks" not in file:
        return False
    # `uv run --with` installs beside the environment that sysconfig knows of.
    return not (file.startswith((*INSTALLED, *STDLIB, "<")) or SITE in file)


def own(frame: FrameType | None) -> FrameType | None:
    """Return the nearest frame of your own code; None when a library alone is to blame."""
    return next((each for each in frames(frame) if is_own(each.f_code.co_filename)), None)


def where(frame: FrameType | None) -> str:
    """Return `file:line` of the nearest frame of your own code."""
    found = own(frame)
    return line(found) if found else "an unknown place"


def line(frame: FrameType) -> str:
    """Return `file:line` of `frame`, the file as seen from the folder above the tests."""
    return place(frame, frame.f_lineno)


def place(frame: FrameType, number: int) -> str:
    """Return `file:line` of a line of `frame`: of one that has raised it is another than now."""
    return f"{frame.f_code.co_filename.removeprefix(ROOT)}:{number}"
