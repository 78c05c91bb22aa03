"""Promise 15: errors explain themselves. Each is brought about for real, and told by its name."""

import asyncio
import logging

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ..diagnosis import FAMILIES, Family, diagnose
from ..diagnosis.report import Logged, explain
from .known_errors import PROVOKED, Given, Provoke

MESSAGE = "<Future pending> attached to a different loop"


@pytest.fixture(scope="session")
def _wide_request(request: pytest.FixtureRequest) -> pytest.FixtureRequest:
    return request


@pytest.fixture
def given(
    db_engine: AsyncEngine,
    request: pytest.FixtureRequest,
    _probe_schema: None,
) -> Given:
    return Given(db_engine, request)


def _names(error: BaseException) -> list[str]:
    return [family.name for family in diagnose(error)]


@pytest.mark.parametrize(("name", "provoke"), PROVOKED, ids=[each.__name__ for _, each in PROVOKED])
async def test_error_is_known(
    name: str,
    provoke: Provoke,
    given: Given,
) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011  its family is asked for below
        await provoke(given)

    assert _names(caught.value) == [name]


def test_every_family_is_brought_about() -> None:
    assert {family.name for family in FAMILIES} == {name for name, _ in PROVOKED}


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), RuntimeError("Event loops are fun"), KeyError("'State' object")]
)
def test_unknown_error_gets_no_section(error: Exception) -> None:
    assert _names(error) == []


def test_root_stands_first() -> None:
    """What came of it follows, and what is in a group is found."""
    group = ExceptionGroup("both", [ValueError("wrong"), RuntimeError("Event loop is closed")])
    group.__cause__ = RuntimeError(MESSAGE)

    assert _names(group) == ["Another loop", "Loop is closed"]


def test_context_that_is_hidden_is_not_told() -> None:
    """As a traceback leaves out what `from None` hides."""
    error = ValueError("wrong")
    error.__context__ = RuntimeError(MESSAGE)

    assert _names(error) == ["Another loop"]

    error.__suppress_context__ = True

    assert _names(error) == []


def test_error_that_was_only_logged_is_known() -> None:
    """The app turns its errors into answers; however it logs them, they are found."""
    logger = logging.getLogger("harness.probe")
    logged = Logged()
    logger.addHandler(logged)
    try:
        try:
            asyncio.get_running_loop()
        except RuntimeError as error:
            logger.warning("failed: %s", error)
            known = list(logged.families)
            logged.families.clear()
            logger.warning("failed", extra={"reason": error})
            known += logged.families
    finally:
        logger.removeHandler(logged)

    assert [family.name for family in known] == ["No running loop", "No running loop"]


@pytest.mark.parametrize("family", FAMILIES, ids=[family.anchor for family in FAMILIES])
def test_section_says_cause_cure_and_page(family: Family) -> None:
    section = " ".join(explain(family).split())

    assert section == f"Cause: {family.cause} Cure: {family.cure} Page: {family.page}"
