"""Requests that Schemathesis generates from the API's description, sent to the live server."""

# Where mypy usually runs, the group `contract` is not installed, so its packages are Any.
# mypy: disable-error-code="import-not-found, import-untyped, no-any-return, untyped-decorator"

import threading
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from http import HTTPStatus
from itertools import cycle
from typing import Any, TypeAlias

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, Config, GenerationMode, Response, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err, Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ..errors import OneloopError

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Every run sends the same requests, so a failure can be repeated.
SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=20,
    suppress_health_check=list(HealthCheck),
)
ANSWER_SECONDS = 10


class ContractBrokenError(OneloopError):
    def __init__(self, failures: list[str]) -> None:
        listed = "\n\n".join(failures)
        super().__init__(
            f"The app answered what its description does not contain:\n\n{listed}\n\n"
            "Fix the handler, or declare the answer in the route's `responses`. See "
            "docs/testing/live.md."
        )


Operation: TypeAlias = APIOperation[Any, Any, Any, Any]


class Stopped(BaseException):
    """The run ends. Not an `Exception`, which Hypothesis would take for a finding."""


class GeneratedRequests:
    """Sends valid and invalid requests to each operation of the server at `url`.

    It blocks, so it runs in a thread; setting `stop` ends it before the next request.
    """

    def __init__(self, description: dict[str, Any], url: str, headers: Mapping[str, str]) -> None:
        self.stop = threading.Event()
        self._schema: BaseSchema = openapi.from_dict(description, config=Config())
        self._url = url
        self._headers = dict(headers)
        self._created: defaultdict[str, list[str]] = defaultdict(list)
        self._failures: dict[str, str] = {}

    def send_all(self) -> None:
        operations = [_operation(result) for result in self._schema.get_all_operations()]
        operations.sort(key=lambda each: "{" in each.path)  # creates what later paths name
        with requests.Session() as session:
            session.trust_env = False  # no proxy for this machine
            for operation in operations:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    self._send(session, operation, mode)
        if self._failures:
            raise ContractBrokenError(list(self._failures.values()))

    def _send(self, session: requests.Session, operation: Operation, mode: GenerationMode) -> None:
        collection, _, rest = operation.path.partition("/{")
        name = rest.partition("}")[0]
        created = cycle(self._created[collection]) if mode is GenerationMode.POSITIVE else None

        # A failure is noted and not raised: Hypothesis would repeat the request to find a smaller
        # one, and an API with a state does not answer twice the same.
        @SETTINGS
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            if self.stop.is_set():
                raise Stopped
            if created is not None and name and (known := next(created, None)):
                case.path_parameters = {**(case.path_parameters or {}), name: known}
            response = case.call(self._url, session, self._headers, timeout=ANSWER_SECONDS)
            self._note_created(operation.path, response)
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as failures:
                text = f"{operation.label}: {failures.message.strip()}"
                self._failures.setdefault(f"{operation.label} {response.status_code}", text)

        # An operation without parameters has no invalid request.
        with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
            send()

    def _note_created(self, path: str, response: Response) -> None:
        if response.status_code == HTTPStatus.CREATED:
            created = response.json()
            if isinstance(created, dict) and "id" in created:
                self._created[path].append(str(created["id"]))


def _operation(result: Ok[Operation] | Err[InvalidSchema]) -> Operation:
    if isinstance(result, Err):
        raise result.err()
    return result.ok()
