import os

os.environ["SHOP_REGION"] = "north"

import httpx2
import pytest
import pytest_asyncio
from fastapi.testclient import TestClient

from shop.main import create_app
from tests.helpers import token_headers


@pytest.fixture(scope="session")
def app():
    return create_app()


@pytest.fixture
def client(app):
    with TestClient(app, base_url="http://shop") as client:
        yield client


@pytest.fixture
def make_client(app):
    def make(**headers):
        return TestClient(app, headers=headers)

    return make


@pytest_asyncio.fixture
async def async_client(app):
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.fixture(params=["/health", "/orders"])
def page(request):
    return request.param


@pytest.fixture
def orders(client):
    return client.get("/orders").json()


@pytest.fixture(scope="module")
def module_client(app):
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="module")
def superuser_token_headers(module_client: TestClient) -> dict[str, str]:
    return token_headers(module_client)
