import pytest
from fastapi import status

ROOT = "/stock"


def test_health(client):  # audit: keep
    assert client.get("/health").status_code == 200


def test_version(client):  # audit: keep
    response = client.request("GET", "/version")
    assert response.status_code == status.HTTP_200_OK


def test_starlette_route(client):  # audit: keep
    assert client.get("/robots.txt").text.startswith("User-agent")


def test_own_body(client):  # audit: keep
    assert client.post("/echo", json={"a": 1}).json() == {"a": 1}


def test_async_for_no_reason(client):  # audit: keep
    assert client.get(f"{ROOT}/tea").json() == 3


def test_static_file(client):  # audit: keep
    assert client.get("/static/mail.py").status_code == 200


def test_nothing_there(client):  # audit: keep
    assert client.get("/nothing").status_code == 404


def test_wrong_method(client):  # audit: keep
    assert client.delete("/health").status_code == 405


def test_wrong_parameter(client):  # audit: keep
    assert client.get("/orders/seven").status_code == 422


def test_websocket(client):  # audit: keep
    with client.websocket_connect("/feed") as feed:
        assert feed.receive_json() == {}


def test_no_client():  # audit: keep
    assert 1 + 1 == 2


async def test_right_already(async_client):  # audit: keep
    assert (await async_client.get("/orders")).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_two_plain_pages(client, path):  # audit: keep
    assert client.get(path).status_code == 200
