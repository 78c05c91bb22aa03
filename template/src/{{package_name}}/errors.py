"""Errors with a status. Each answer is a problem body (RFC 9457) without internal details."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from http.client import responses
from math import ceil
from typing import Any, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.utils import is_body_allowed_for_status_code
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 1
UNDEFINED_TABLE = "42P01"

# With these SQLSTATEs nothing was written, and the same request may succeed in a moment.
RETRYABLE = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "53300",  # too_many_connections
    "55P03",  # lock_not_available
    "57014",  # query_canceled, by a time limit of the server
    "57P03",  # cannot_connect_now
}

# The answers for violated unique constraints. A constraint that is missing here is a bug: a 500.
CONFLICTS = {
    "uq_users_email": "That email address is taken.",
    "uq_users_username": "That username is taken.",
}


def conflict(error: IntegrityError) -> str | None:
    """Return the answer for a violated unique constraint; None for any other error."""
    return CONFLICTS.get(getattr(error.driver_exception, "constraint_name", ""))


class ServiceError(Exception):
    """An error whose message is sent to the caller."""

    status: ClassVar[HTTPStatus]

    def __init__(self, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.headers = headers or {}


class NotAuthenticatedError(ServiceError):
    """The caller is not authenticated."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str = "Not authenticated") -> None:
        super().__init__(detail, {"WWW-Authenticate": "Bearer"})


class PermissionDeniedError(ServiceError):
    """The caller is authenticated and not allowed to do this."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(ServiceError):
    """The resource does not exist."""

    status = HTTPStatus.NOT_FOUND


class ConflictError(ServiceError):
    """The request conflicts with the current state."""

    status = HTTPStatus.CONFLICT


class InvalidInputError(ServiceError):
    """The request is well formed but invalid."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnavailableError(ServiceError):
    """The service is temporarily unavailable."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str = "The service is busy. Try again in a moment.") -> None:
        super().__init__(detail, {"Retry-After": str(RETRY_AFTER_SECONDS)})


class TooManyRequestsError(ServiceError):
    """The caller has to wait."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, ceil(wait.total_seconds()))
        super().__init__("Too many failed logins. Try again later.", {"Retry-After": str(seconds)})


class Problem(BaseModel):
    """The body of every error (RFC 9457). A 422 lists the invalid members in `errors`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None


class ProblemResponse(JSONResponse):
    """A response with a problem body."""

    media_type = "application/problem+json"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that answers with these problems.

    `pytest -m contract` fails on an answer that is not declared.
    """
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses
    }


def name_media_type(description: dict[str, Any]) -> dict[str, Any]:
    """Correct the media type of problems; FastAPI describes them as plain JSON."""
    for path in description["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                content = answer.get("content", {})
                json = content.get("application/json", {}).get("schema", {})
                if json.get("$ref", "").endswith(f"/{Problem.__name__}"):
                    content[ProblemResponse.media_type] = content.pop("application/json")
    return description


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    """Return a problem response; `more` are additional members of the body."""
    title = responses.get(status, "Error")  # a status of a proxy, such as 499, has no name
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return ProblemResponse(body, status_code=status, headers=dict(headers or {}))


async def _service_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return problem(error.status, str(error), error.headers)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not is_body_allowed_for_status_code(error.status_code):
        return Response(status_code=error.status_code, headers=error.headers)
    return problem(error.status_code, str(error.detail), error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Without the input and its context: they may contain a password.
    errors = [{key: each[key] for key in ("loc", "msg", "type")} for each in error.errors()]
    detail = "The request is not valid."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=jsonable_encoder(errors))


async def _integrity_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, IntegrityError)
    detail = conflict(error)
    if detail is None:
        raise error
    return problem(HTTPStatus.CONFLICT, detail)


async def _database_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    if getattr(error.driver_exception, "sqlstate", None) not in RETRYABLE:
        raise error
    return await _unavailable(request, error)


async def _unavailable(_: Request, error: Exception) -> Response:
    cause = error.__cause__ or error
    logger.warning("unavailable", extra={"error": type(cause).__name__, "reason": cause})
    answer = error if isinstance(error, UnavailableError) else UnavailableError()
    return problem(answer.status, str(answer), answer.headers)


def add_error_handlers(app: FastAPI) -> None:
    """Answer the expected errors; `UnexpectedErrorMiddleware` answers the others.

    A class that others raise too, such as `TimeoutError`, does not belong here: it does not say
    whether something was written.
    """
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(IntegrityError, _integrity_error)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(PoolTimeoutError, _unavailable)
