"""A fake for what the service asks of others: answers by method, host and path."""

import sys
from collections.abc import Callable
from typing import Any

from httpx2 import URL, AsyncClient, MockTransport, Request, Response

from ..guard import Guard
from .errors import UnexpectedRequestError

Answer = Callable[[Request], Response]


class ExternalHTTP:
    """The upstreams of one test: give it answers, and read what it was asked for.

    `client` is an `AsyncClient` on it, to stand where the service's own comes from. A service
    with options of its own, such as a base URL, makes a client with `transport`.
    """

    def __init__(self, guard: Guard) -> None:
        self.requests: list[Request] = []
        self.transport = MockTransport(self.handle)
        self.client = AsyncClient(transport=self.transport)
        self._guard = guard
        self._answers: dict[str, Answer] = {}

    def answer(
        self,
        method: str,
        url: str,
        *,
        status_code: int = 200,
        raises: Exception | None = None,
        **response: Any,
    ) -> None:
        """Answer requests for `method` and `url`, whose query does not count, from now on.

        `response` is what a `Response` takes: `json`, `text`, `content`, `headers`. With `raises`
        there is none, as when the other side is down: `raises=httpx2.ConnectTimeout("...")`.
        """

        def build(request: Request) -> Response:
            if raises is not None:
                raise raises
            # The service may use httpx, whose classes are not httpx2's.
            library = sys.modules[type(request).__module__.partition(".")[0]]
            answered: Response = library.Response(status_code, **response)
            return answered

        self._answers[_key(method, URL(url))] = build

    def handle(self, request: Request) -> Response:
        """Answer; raise `UnexpectedRequestError`, here and at the test's end, if it is unknown."""
        self.requests.append(request)
        key = _key(request.method, URL(str(request.url)))
        if key not in self._answers:
            self._guard.refuse(UnexpectedRequestError(self._guard.test, key, self._answers))
        return self._answers[key](request)


def _key(method: str, url: URL) -> str:
    return f"{method.upper()} {url.copy_with(query=None, fragment=None)}"
