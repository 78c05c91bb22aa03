import typing

import starlette.testclient
from fastapi.testclient import TestClient


def test_name(client: TestClient) -> None:
    assert client.get("/health").status_code == 200


def test_string(client: "TestClient"):
    assert client.get("/health").status_code == 200


def test_dotted(client: starlette.testclient.TestClient):
    assert client.get("/health").status_code == 200


def test_optional(client: typing.Optional[TestClient]):
    assert client.get("/health").status_code == 200
