"""The line of the service or of a test at which something happened, below all libraries."""

import inspect
import os
import sysconfig
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import greenlet  # type: ignore[import-untyped]  # it ships no types

LIBRARIES = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib", "scripts", "stdlib", "platstdlib"))
SITE = f"{os.sep}site-packages{os.sep}"  # `uv run --with` installs beside the environment that sysconfig knows
PLUGIN = str(Path(__file__).parents[1])
ROOT = f"{Path(__file__).parents[4]}{os.sep}"
UNKNOWN = "an unknown place"
LOOP = str(Path("asyncio", "events.py"))


def where(frame: FrameType | None, *, below: CodeType | None = None) -> str:
    """Return `file:line` of the nearest frame of the service's or the test's own code, below that of `below`."""
    for each in _frames(frame):
        if each.f_code is below:
            break
        if is_own(each.f_code.co_filename):
            return location(each, each.f_lineno)
    return UNKNOWN


def raised_at(error: BaseException) -> str:
    """Return ` at file:line`, the last line of the service's or the test's own code, or nothing."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    steps = traceback.walk_tb(error.__traceback__)
    own = [location(frame, line) for frame, line in steps if is_own(frame.f_code.co_filename)]
    return f" at {own[-1]}" if own else ""


def defined_at(function: Any) -> str:
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename.removeprefix(ROOT)}:{code.co_firstlineno}"


def location(frame: FrameType, line: int) -> str:
    """Return `file:line`. A frame that has raised may be at another line by now."""
    return f"{frame.f_code.co_filename.removeprefix(ROOT)}:{line}"


@cache
def is_own(file: str) -> bool:
    if file.startswith(PLUGIN):
        return file.removeprefix(PLUGIN).startswith((f"{os.sep}checks", f"{os.sep}selftest"))
    return file.endswith(".py") and not (file.startswith((*LIBRARIES, "<")) or SITE in file)


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield `frame` and its callers, up to the event loop; SQLAlchemy's greenlets do not link theirs."""
    current = greenlet.getcurrent()
    while frame is not None and not (frame.f_code.co_name == "_run" and frame.f_code.co_filename.endswith(LOOP)):
        yield frame
        frame = frame.f_back
        while frame is None and (parent := current.parent) is not None:
            current, frame = parent, parent.gr_frame
