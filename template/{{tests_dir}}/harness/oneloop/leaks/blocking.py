"""Calls that block the event loop while a test runs, found by blockbuster."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from blockbuster import BlockBuster

from ..config import ProjectConfig

# Py_TPFLAGS_IMMUTABLETYPE. blockbuster patches such a type in the interpreter's own memory, which has crashed a run.
IMMUTABLE = 1 << 8
# A debugger waits for its user; a library looks up a file once; `connect` is pytest-socket's, and would be replaced.
ALWAYS_ALLOWED = ("builtins.input", "os.", "socket.socket.connect")
DEBUGGERS = ("/bdb.py", "/cmd.py", "/remote_pdb.py", "/web_pdb/__init__.py")


class Blocking:
    """Raises blockbuster's `BlockingError` where the service blocks the loop; start-up and threads may block."""

    def __init__(self, config: ProjectConfig) -> None:
        self._config = config

    @contextmanager
    def refused(self) -> Iterator[None]:
        self._blockbuster.activate()
        try:
            yield
        finally:
            self._blockbuster.deactivate()

    @cached_property  # not before the first test: it imports the service's package
    def _blockbuster(self) -> BlockBuster:
        blockbuster = BlockBuster(scanned_modules=[self._config.package])
        for name, function in list(blockbuster.functions.items()):
            owner = function.module
            built_in = isinstance(owner, type) and owner.__flags__ & IMMUTABLE
            if built_in or name.startswith(ALWAYS_ALLOWED):
                del blockbuster.functions[name]
                continue
            function.can_block_in("logging/__init__.py", {"emit", "flush"})  # perhaps to a file
            for file in (*DEBUGGERS, *self._config.may_block):
                function.can_block_in(file, _EveryFunction())
        return blockbuster


class _EveryFunction(set[str]):
    """The names of all functions of a file, as blockbuster looks them up."""

    def __contains__(self, _name: object) -> bool:
        return True
