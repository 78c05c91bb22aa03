"""Requests made from the API's own description, sent to the live server by Schemathesis."""

# The group `contract` is not installed where mypy runs every day: what it brings is Any there.
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
# The same requests in each run, here and in CI; what fails once fails again.
SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=20,
    suppress_health_check=list(HealthCheck),
)
ANSWER_SECONDS = 10


class ContractBrokenError(OneloopError):
    """The app answered what its description does not say."""

    def __init__(self, failures: list[str]) -> None:
        found = "\n\n".join(failures)
        super().__init__(
            f"The app answered what its description does not say:\n\n{found}\n\n"
            "Fix the handler, or declare the answer in the route's `responses`. See "
            "docs/testing/live.md."
        )


Operation: TypeAlias = APIOperation[Any, Any, Any, Any]


class Stopped(BaseException):
    """The run was told to end; no `Exception`, which Hypothesis would take for a finding."""


class Asker:
    """Asks the server at `url` as one person, all that a description allows and more.

    It blocks, so it runs in a thread; `stop` ends it at the next request.
    """

    def __init__(self, description: dict[str, Any], url: str, headers: Mapping[str, str]) -> None:
        self.stop = threading.Event()
        self._schema: BaseSchema = openapi.from_dict(description, config=Config())
        self._url = url
        self._headers = dict(headers)
        self._made: defaultdict[str, list[str]] = defaultdict(list)
        self._failures: dict[str, str] = {}

    def ask_everything(self) -> None:
        """Ask for each operation, rightly and wrongly; raise `ContractBrokenError` at the end."""
        operations = [_operation(result) for result in self._schema.get_all_operations()]
        operations.sort(key=lambda operation: "{" in operation.path)  # what is made is asked for
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands before loopback
            for operation in operations:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    self._ask(session, operation, mode)
        if self._failures:
            raise ContractBrokenError(list(self._failures.values()))

    def _ask(self, session: requests.Session, operation: Operation, mode: GenerationMode) -> None:
        collection, _, rest = operation.path.partition("/{")
        name = rest.partition("}")[0]
        made = cycle(self._made[collection]) if mode is GenerationMode.POSITIVE else None

        # What fails is noted and not raised: Hypothesis would ask again to find a smaller case, and
        # an API that remembers what it was asked does not answer the same.
        @SETTINGS
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            if self.stop.is_set():
                raise Stopped
            if made is not None and name and (known := next(made, None)):
                case.path_parameters = {**(case.path_parameters or {}), name: known}
            response = case.call(self._url, session, self._headers, timeout=ANSWER_SECONDS)
            self._note_made(operation.path, response)
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as failures:
                said = f"{operation.label}: {failures.message.strip()}"
                self._failures.setdefault(f"{operation.label} {response.status_code}", said)

        # An operation that takes nothing cannot be asked wrongly.
        with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
            ask()

    def _note_made(self, path: str, response: Response) -> None:
        if response.status_code == HTTPStatus.CREATED:
            made = response.json()
            if isinstance(made, dict) and "id" in made:
                self._made[path].append(str(made["id"]))


def _operation(result: Ok[Operation] | Err[InvalidSchema]) -> Operation:
    if isinstance(result, Err):
        raise result.err()
    return result.ok()
