"""Blocking calls on the suite's loop, which blockbuster finds."""

import asyncio
import inspect
import linecache
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from blockbuster import BlockBuster

from ..guard import Guard
from .errors import BlockingCallError
from .frames import beyond_stdlib, caller, frames, is_service, where

# Where a call may wait, besides what blockbuster lets pass itself.
MAY_BLOCK = (
    "<frozen importlib",  # an import in a handler: once, and never again
    logging.__file__,  # to where the log goes, a file maybe
    linecache.__file__,  # the lines of a traceback
    inspect.__file__,  # those of a handler
)
FILES = "os."
# Python's flag of a type that cannot be changed (Py_TPFLAGS_IMMUTABLETYPE). blockbuster patches the
# methods of such a type in the interpreter's own memory: with that a run has ended in a crash.
IMMUTABLE = 1 << 8


class Blocking:
    """Refuses a call that would wait, on the suite's loop, while a test's body runs.

    Catches the service that is quick alone and stands still under load. Start-up may block, as it
    does in production, and so may whatever runs in a thread. Of what touches files, only the
    service's own code is blamed: a library looks for its password file once, a test reads what it
    expects.
    """

    def __init__(self, guard: Guard) -> None:
        self.watching = False
        self.may_block: Sequence[str] = MAY_BLOCK
        self._guard = guard

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Wrap what blockbuster knows, until the block ends; each call is 1 µs dearer."""
        blockbuster = BlockBuster()
        blockbuster.functions = {
            name: function
            for name, function in blockbuster.functions.items()
            if not _is_built_in(function.module)
        }
        for name, function in blockbuster.functions.items():
            function.can_block_predicate = self._judged(
                name, function.can_block_predicate, function.can_block_functions
            )
        blockbuster.activate()
        try:
            yield
        finally:
            blockbuster.deactivate()

    def _judged(
        self,
        call: str,
        harmless: Callable[..., bool],
        allowed: Collection[tuple[str, Iterable[str]]],
    ) -> Callable[..., bool]:
        # A predicate is all that blockbuster asks for before it walks the stack; this one answers
        # for the whole, so that the error is ours and is raised again when a handler swallowed it.
        def may_pass(*args: Any, **options: Any) -> bool:
            __tracebackhide__ = True
            if not self.watching or asyncio.get_running_loop() is not self._guard.loop:
                return True
            frame = caller(2)
            if not (harmless(*args, **options) or self._excused(call, frame, allowed)):
                self._guard.refuse(BlockingCallError(self._guard.test, call, where(frame)))
            return True

        return may_pass

    def _excused(
        self, call: str, frame: FrameType, allowed: Collection[tuple[str, Iterable[str]]]
    ) -> bool:
        for each in frames(frame):
            file = each.f_code.co_filename
            if any(part in file for part in self.may_block):
                return True
            file = file.replace("\\", "/")  # as blockbuster writes it
            if any(file.endswith(end) and each.f_code.co_name in names for end, names in allowed):
                return True
        return call.startswith(FILES) and not is_service(beyond_stdlib(frame))


def _is_built_in(owner: object) -> bool:
    return isinstance(owner, type) and bool(owner.__flags__ & IMMUTABLE)
