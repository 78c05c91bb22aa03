"""Routes that reach nothing, routes that reach something, and requests that cannot be read."""

import os

import pytest
from fastapi import FastAPI, status
from fastapi.testclient import TestClient

from shop.services import drive

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
    assert client.get("/static/services.py").status_code == 200


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


def test_around_the_tree(client):  # audit: convert
    assert client.get("/count").status_code == 200


def test_through_functions(client):  # audit: convert
    assert client.get("/total").status_code == 200


def test_services_as_classes(client):  # audit: convert
    assert client.get("/orders").status_code == 200


def test_background_task(client):  # audit: convert
    assert client.post("/orders/7/receipt").status_code == 200


def test_lock(client):  # audit: convert
    assert client.post("/orders/lock").status_code == 200


def test_other_service(client):  # audit: convert
    assert client.get("/stock/tea/remote").status_code == 200


def test_abstract_service(client):  # audit: convert
    assert client.get("/stock/tea/warehouse").status_code == 200


def test_mounted_app_has_a_middleware(client):  # audit: convert
    assert client.get("/admin/ping").status_code == 200


def test_by_a_fixture(client, orders):  # audit: convert
    assert orders == []


def test_with_redirect(client):  # audit: convert
    assert client.get("/orders/").status_code == 200


def test_fixture_with_parameters(client, page):  # audit: convert
    assert client.get(page).status_code == 200


class TestSecurity:
    def test_header(self, client):  # audit: convert-first
        assert client.get("/secret").status_code in (200, 500)

    def test_scopes(self, client):  # audit: convert-first
        assert client.get("/scoped").json() == "nobody"

    def test_scheme_in_a_mounted_app(self, client):  # audit: convert-first
        assert client.get("/admin/users").status_code != 500

    @pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/count", 403)])
    def test_expected_status(self, client, path, status):  # audit: convert-first
        response = client.get(path)
        assert response.status_code == status


def test_computed_url(client):  # audit: unknown
    client.get(os.environ["URL_OF_THE_TEST"])


def test_computed_in_the_middle(client):  # audit: unknown
    client.get(f"/{os.getpid()}/{os.getpid()}/{os.getpid()}")


def test_computed_method(client):  # audit: unknown
    client.request(os.environ["METHOD"], "/count")


def test_client_of_a_plugin(browser):  # audit: unknown
    browser.get("/count")


def test_client_goes_elsewhere(client):  # audit: unknown
    drive(client)


def test_app_of_its_own():  # audit: unknown
    app = FastAPI()

    @app.get("/count")
    async def count():
        return 1

    TestClient(app).get("/count")


def test_certain_all_the_same(client):  # audit: convert
    client.get(os.environ["URL_OF_THE_TEST"])
    client.get("/count")


@pytest.mark.parametrize("path", [os.environ.get("A"), "/health"])
def test_one_of_two(client, path):  # audit: unknown
    client.get(path)
