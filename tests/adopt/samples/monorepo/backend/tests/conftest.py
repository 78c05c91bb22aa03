import asyncio

import pytest

from app.main import app
from fastapi.testclient import TestClient

@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()

@pytest.fixture
def client():
    return TestClient(app)
