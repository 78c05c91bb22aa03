from collections.abc import Generator

import pytest
from fastapi.testclient import TestClient

from app.main import app
from tests.utils.login import token_headers


@pytest.fixture(scope="module")
def client() -> Generator[TestClient, None, None]:
    with TestClient(app) as c:
        yield c


@pytest.fixture(scope="module")
def superuser_token_headers(client: TestClient) -> dict[str, str]:
    return token_headers(client)
