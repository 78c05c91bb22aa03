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
HARNESS = str(Path(__file__).parent.parent)
PROMISES = str(Path(HARNESS) / "promises")
TESTS = str(Path(HARNESS).parent)
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
    if file.startswith(HARNESS):
        return file.startswith(PROMISES)
    # `uv run --with` installs beside the environment that sysconfig knows of.
    return not (file.startswith((*INSTALLED, *STDLIB, "<")) or SITE in file)


def is_service(file: str) -> bool:
    """Tell whether `file` is the service's."""
    return is_own(file) and not file.startswith(TESTS)


def beyond_stdlib(frame: FrameType | None) -> str:
    """Return the file of the nearest frame that is not the standard library's."""
    files = (each.f_code.co_filename for each in frames(frame))
    # An installed package may stand in a folder below that of the standard library.
    outside = (
        file for file in files if file.startswith(INSTALLED) or not file.startswith((*STDLIB, "<"))
    )
    return next(outside, "")


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
