import random

import pytest
from fastapi.testclient import TestClient

from shop.stores import settings

API = settings.API_V1_STR


def test_list(client: TestClient) -> None:  # audit: convert
    assert client.get(f"{settings.API_V1_STR}/items").status_code == 200


def test_static_service(client: TestClient) -> None:  # audit: keep
    assert client.get(f"{API}/items/static").status_code == 200


def test_behind_a_protocol(client: TestClient) -> None:  # audit: convert
    assert client.get(API + "/items/memory").status_code == 200


def test_read(client: TestClient, superuser_token_headers: dict[str, str]) -> None:  # audit: convert-first
    number = random.randint(1, 9)
    response = client.get(f"{API}/items/{number}", headers=superuser_token_headers)
    assert response.status_code == 200


def test_only_the_fixture_asks(superuser_token_headers: dict[str, str]) -> None:  # audit: convert
    assert superuser_token_headers


def test_wrong_body(client: TestClient) -> None:  # audit: keep
    response = client.post(f"{API}/items", json={"wrong": 1})
    assert response.status_code == 422


def test_wrong_body_after_the_database_was_asked(client: TestClient) -> None:  # audit: convert
    response = client.post(f"{API}/tenants/items", json={"wrong": 1})
    assert response.status_code == 422


def test_right_body(client: TestClient) -> None:  # audit: convert
    response = client.post(f"{API}/items", json={"name": "tea"})
    assert response.status_code == 200


def test_router_with_a_dependency(client: TestClient) -> None:  # audit: convert-first
    assert client.get(f"{API}/reports/year/2025").status_code == 200


def test_same_router_without(client: TestClient) -> None:  # audit: keep
    assert client.get(f"{API}/public-reports/year/2025").status_code == 200


@pytest.mark.parametrize("year", [2024, pytest.param(2025, id="now")])
def test_convertor(client: TestClient, year: int) -> None:  # audit: keep
    assert client.get(f"{API}/public-reports/year/{year}").status_code == 200


def test_convertor_refuses(client: TestClient) -> None:  # audit: keep
    assert client.get(f"{API}/public-reports/year/last").status_code == 404


def test_health_check(client) -> None:  # audit: keep
    assert client.get("/health-check").json() is True
