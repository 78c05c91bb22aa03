"""How the snippets run when they are converted: by the harness, on the app of the corpus."""

from collections.abc import Callable
from typing import Any

import pytest
from app.main import app as the_app
from fastapi import FastAPI


@pytest.fixture(scope="session")
def create_app() -> Callable[[Any], FastAPI]:
    """Build the app that the snippets ask."""
    return lambda _: the_app
