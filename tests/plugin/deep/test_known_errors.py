"""Promise 15: errors explain themselves. Each known error is raised for real and recognised."""

import logging
from collections.abc import Callable
from logging.config import dictConfig
from typing import Any, NoReturn

import pytest
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm.exc import DetachedInstanceError

from oneloop.report.known_errors import known_errors, recognise
from tests.deep.known_errors import PROVOKED, Given, Provoke

logger = logging.getLogger("oneloop.probe")
MESSAGE = "<Future pending> attached to a different loop"


@pytest.fixture(scope="session")
def _wide_request(request: pytest.FixtureRequest) -> pytest.FixtureRequest:
    return request


@pytest.fixture
def given(
    db_engine: AsyncEngine,
    request: pytest.FixtureRequest,
) -> Given:
    return Given(db_engine, request)


def _names(error: BaseException) -> list[str]:
    return [known.name for known in recognise(error)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "provoke"), PROVOKED, ids=[each.__name__ for _, each in PROVOKED])
async def test_error_is_known(
    name: str,
    provoke: Provoke,
    given: Given,
) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011  recognised below
        await provoke(given)

    assert _names(caught.value) == [name]


def test_every_known_error_is_raised() -> None:
    assert {known.name for known in known_errors()} == {name for name, _ in PROVOKED}


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), RuntimeError("Event loops are fun"), KeyError("'State' object")]
)
def test_unknown_error_gets_no_section(error: Exception) -> None:
    assert _names(error) == []


def test_first_error_of_a_chain_comes_first() -> None:
    """The errors of a group are found too."""
    group = ExceptionGroup("both", [ValueError("wrong"), RuntimeError("Event loop is closed")])
    group.__cause__ = RuntimeError(MESSAGE)

    assert _names(group) == ["Another loop", "Loop is closed"]


def test_hidden_context_is_followed() -> None:
    """`raise ... from None` hides the cause from the traceback, so the report has to name it."""
    error = ValueError("wrong")
    error.__context__ = RuntimeError(MESSAGE)
    error.__suppress_context__ = True

    assert _names(error) == ["Another loop"]


class Lazy:
    """A row, as far as pydantic knows: to read its attribute fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @property
    def name(self) -> str:
        raise self._error


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str


@pytest.mark.parametrize(
    ("error", "names"),
    [
        pytest.param(MissingGreenlet("greenlet_spawn has not been called"), ["MissingGreenlet"], id="class"),
        pytest.param(DetachedInstanceError("lazy load\nof 'name'"), ["Row without its session"], id="two lines"),
        pytest.param(RuntimeError(MESSAGE), ["Another loop"], id="class and text"),
        pytest.param(RuntimeError("wrong"), [], id="class alone"),
        pytest.param(ValueError(MESSAGE), [], id="text alone"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda error: error, lambda error: ResponseValidationError(error.errors())])
def test_error_keeps_its_diagnosis_within_pydantics(
    error: Exception, names: list[str], wrap: Callable[[Any], Exception]
) -> None:
    """pydantic keeps the text of what an attribute raised, also within FastAPI's error for a response."""
    with pytest.raises(ValidationError) as caught:
        Out.model_validate(Lazy(error))

    assert _names(wrap(caught.value)) == names


def _raise(error: Exception) -> NoReturn:
    raise error


def _sections(test: pytest.Item, error: Exception) -> dict[str, str]:
    """Have pytest report `test` as if its body had raised `error`."""
    call = pytest.CallInfo.from_call(lambda: _raise(error), "call")
    report = test.ihook.pytest_runtest_makereport(item=test, call=call)
    return {title: text for title, text in report.sections if title.startswith("Known error")}


def test_report_has_cause_fix_and_page(request: pytest.FixtureRequest) -> None:
    error = RuntimeError(MESSAGE)
    (known,) = recognise(error)

    ((title, text),) = _sections(request.node, error).items()

    assert title == "Known error: Another loop"
    assert text == known.explain()
    for word in ("Cause: ", "Fix: ", "Page: docs/testing/known-errors.md#another-loop"):
        assert word in text


def test_report_of_an_unknown_error_has_no_section(request: pytest.FixtureRequest) -> None:
    assert _sections(request.node, ValueError("wrong")) == {}


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(lambda error: logger.error("failed", exc_info=error), id="exc_info"),
        pytest.param(lambda error: logger.error("failed: %s", error), id="argument"),
        pytest.param(lambda error: logger.error("failed", extra={"reason": error}), id="extra"),
    ],
)
def test_error_that_was_only_logged_is_recognised(
    request: pytest.FixtureRequest, log: Callable[[Exception], None]
) -> None:
    """The app may turn its errors into responses and only log them."""
    log(RuntimeError(MESSAGE))

    assert list(_sections(request.node, AssertionError())) == ["Known error: Another loop"]


def _configure_logging() -> None:
    """Configure it as `fileConfig` does in a migration's env.py: no handler stays, and every logger is silent."""
    dictConfig({"version": 1, "root": {"level": "ERROR"}})


@pytest.fixture
def migrated() -> None:
    _configure_logging()


@pytest.mark.parametrize("turn", [1, 2])
def test_log_outlives_a_migration_that_configures_it(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, turn: int, migrated: None
) -> None:
    """In a fixture, and in the body of the test before."""
    logger.error("turn %s failed", turn, exc_info=RuntimeError(MESSAGE))

    assert caplog.messages == [f"turn {turn} failed"]
    assert list(_sections(request.node, AssertionError())) == ["Known error: Another loop"]
    _configure_logging()
