"""The guard on the sockets: what would leave this machine is refused before it is sent."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ..guard import Guard
from .addresses import is_literal, is_local, text
from .errors import NetworkError

CONNECTS = ("connect", "connect_ex", "sendto")
LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
INTERNET = {socket.AF_INET, socket.AF_INET6}


class NetworkGuard:
    """Refuses another machine, by its name and port, while a test runs.

    Catches the suite that is green with the company's network and red in the train, and the test
    that writes to somebody's production. asyncio looks names up by `socket.getaddrinfo` and
    connects by `socket.connect`, as every blocking client does. A C library of its own (libpq,
    uvloop) is not seen.
    """

    def __init__(self, guard: Guard, hosts: Iterable[str]) -> None:
        self.test: str | None = None
        self._guard = guard
        self._hosts = {text(host) for host in hosts}

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand on the socket module until the block ends."""
        methods = {name: getattr(socket.socket, name) for name in CONNECTS}
        functions = {name: getattr(socket, name) for name in LOOK_UPS}
        for name, original in methods.items():
            setattr(socket.socket, name, self._connecting(original))
        for name, original in functions.items():
            setattr(socket, name, self._looking_up(original))
        try:
            yield
        finally:
            for name, original in methods.items():
                setattr(socket.socket, name, original)
            for name, original in functions.items():
                setattr(socket, name, original)

    @contextmanager
    def watching(self, test: str) -> Iterator[None]:
        """Refuse in the name of `test` until the block ends."""
        self.test = test
        try:
            yield
        finally:
            self.test = None

    def _connecting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(sock: socket.socket, *args: Any) -> Any:
            __tracebackhide__ = True
            address = args[-1] if args else None
            if self.test is not None and sock.family in INTERNET and isinstance(address, tuple):
                host = text(address[0])
                if not is_local(host) and host not in self._hosts:
                    sock.close()  # its owner expects an OSError, and would leave it open
                    self._refuse(host, address[1])
            return original(sock, *args)

        return guarded

    def _looking_up(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(host: Any, *args: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            name = text(host)
            if self.test is None or is_local(name) or is_literal(name):
                return original(host, *args, **options)
            if name not in self._hosts:
                self._refuse(name, args[0] if args else options.get("port"))
            found = original(host, *args, **options)
            # What an allowed name stands for is what will be connected to.
            if original.__name__ == "getaddrinfo":
                self._hosts.update(text(address[0]) for *_, address in found)
            return found

        return guarded

    def _refuse(self, host: str, port: object) -> None:
        __tracebackhide__ = True
        self._guard.refuse(NetworkError(self.test or "", host, port))
