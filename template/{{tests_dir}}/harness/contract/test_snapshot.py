"""The API is the one that callers were promised."""

import pytest
from fastapi import FastAPI

from . import snapshot
from .places import SNAPSHOT

pytestmark = pytest.mark.contract


async def test_the_api_is_the_one_in_the_snapshot(
    app: FastAPI, pytestconfig: pytest.Config
) -> None:
    """A change that breaks callers is made on purpose, and seen in a review."""
    if pytestconfig.getoption("update_contract"):
        snapshot.write(SNAPSHOT, app.openapi())

    snapshot.compare(SNAPSHOT, app.openapi())
