import os

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.elsewhere import drive


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
