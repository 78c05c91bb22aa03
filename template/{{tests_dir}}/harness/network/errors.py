"""What a test is told that would leave this machine, or that a fake has no answer for."""

from collections.abc import Iterable

from ..errors import HarnessError

PAGE = "See docs/testing/external-calls.md."


class NetworkError(HarnessError):
    """A test would have reached another machine; nothing was sent, not even a name look-up."""

    def __init__(self, test: str, host: str, port: object) -> None:
        target = host if port is None else f"{host}:{port}"
        super().__init__(
            f"{test} would leave this machine for {target}. Let the fixture `external_http` "
            "answer in its place, or mark the test: "
            f'@pytest.mark.network("why it must"). {PAGE}'
        )


class UnexpectedRequestError(HarnessError):
    """The service asked `external_http` for what the test gave it no answer to."""

    def __init__(self, test: str, request: str, known: Iterable[str]) -> None:
        has = ", ".join(known) or "no answer at all"
        method, _, url = request.partition(" ")
        super().__init__(
            f"{test}: the service asked for {request}, and `external_http` has {has}. Add: "
            f'external_http.answer("{method}", "{url}", json=...). {PAGE}'
        )
