"""Calls that block the event loop while a test runs, found by blockbuster."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from blockbuster import BlockBuster

from ..config import ProjectConfig

# Python's flag of a type that cannot be changed (Py_TPFLAGS_IMMUTABLETYPE). blockbuster patches the
# methods of such a type in the interpreter's own memory: with that a run has ended in a crash.
IMMUTABLE = 1 << 8
# A debugger waits for its user; a library looks up a file once, such as asyncpg its password file;
# `connect` is pytest-socket's, which would be replaced.
ALWAYS_ALLOWED = ("builtins.input", "os.", "socket.socket.connect")


class Blocking:
    """Raises blockbuster's `BlockingError` for a call of the service's code that blocks the loop.

    Catches the service that is quick alone and serves nobody else under load. Start-up may block,
    as it does in production, and so may whatever runs in a thread.
    """

    def __init__(self, config: ProjectConfig) -> None:
        self._package = config.package
        self._may_block = config.may_block
        self._blockbuster: BlockBuster | None = None

    @contextmanager
    def refused(self) -> Iterator[None]:
        """Refuse such calls until the block ends."""
        if self._blockbuster is None:
            self._blockbuster = self._make()
        self._blockbuster.activate()
        try:
            yield
        finally:
            self._blockbuster.deactivate()

    def _make(self) -> BlockBuster:
        blockbuster = BlockBuster(scanned_modules=[self._package])
        for name, function in list(blockbuster.functions.items()):
            if name.startswith(ALWAYS_ALLOWED) or _is_built_in(function.module):
                del blockbuster.functions[name]
                continue
            function.can_block_in("logging/__init__.py", {"emit", "flush"})  # to a file maybe
            for file in self._may_block:
                function.can_block_in(file, _EveryName())
        return blockbuster


class _EveryName:
    """Contains every function name: a file of `may_block` is exempt as a whole."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())


def _is_built_in(owner: Any) -> bool:
    return isinstance(owner, type) and bool(owner.__flags__ & IMMUTABLE)
