"""The same routes, by every way in which a suite names a client, a method and a URL."""

import asyncio
import itertools
import unittest
from contextlib import ExitStack
from functools import partial

import pytest
from starlette import testclient
from starlette.testclient import TestClient as Client

from shop.main import create_app

from . import helpers
from .helpers import Api, ask, paths

own = Client(create_app())
METHODS = ("get", "head")
URLS = {"count": "/count", "health": "/health"}


def test_module_client():  # audit: convert
    own.get("/count")


def test_module_client_plain():  # audit: keep
    own.get("/health")


def test_with_block(app):  # audit: convert
    with testclient.TestClient(app) as client:
        client.get("/count")


def test_exit_stack(app):  # audit: convert
    with ExitStack() as stack:
        client = stack.enter_context(Client(app))
        client.get("/count")


def test_factory_fixture(make_client):  # audit: convert
    make_client(accept="text/plain").get("/count")


def test_getattr_in_a_loop(client):  # audit: convert
    for method in METHODS:
        getattr(client, method)("/count")


def test_loop_over_pairs(client):  # audit: convert
    for method, url in [("GET", "/health"), ("POST", "/orders/7/receipt")]:
        client.request(method, url)


def test_product(client):  # audit: convert
    for method, url in itertools.product(METHODS, ["/health", "/count"]):
        client.request(method, url)


def test_pairs_stay_together(client):  # audit: keep
    for method, url in [("GET", "/health"), ("POST", "/echo")]:
        client.request(method, url)


def test_helper_with_arguments(client):  # audit: convert
    ask(client, "orders", number=7)


def test_helper_plain(client):  # audit: keep
    ask(client, "stock", number="tea")


def test_helper_of_a_module(client):  # audit: convert-first
    helpers.assert_refused(client.get("/health"))


def test_paths_of_a_generator(client):  # audit: convert
    for path in paths():
        client.get(path)


def test_dictionary_and_comprehension(client):  # audit: convert
    answers = {name: client.get(url) for name, url in URLS.items()}
    assert all(answers.values())


def test_bound_method(client):  # audit: convert
    get = client.get
    get("/count")


def test_partial(client):  # audit: convert
    partial(client.get, "/count")()


def test_nested_function(client):  # audit: convert
    def fetch(number):
        return client.get("/orders/{}".format(number))

    assert [fetch(number) for number in range(3)]


def test_percent_and_plus(client):  # audit: convert
    client.get("/orders" + "/%d" % 7)


def test_name_of_a_route(client, app):  # audit: convert
    client.get(app.url_path_for("read_order", order_id=7))


def test_whole_url(client):  # audit: convert
    client.get("http://shop/count?now=1#top")


def test_prepared(client):  # audit: convert
    client.send(client.build_request("GET", "/count"))


def test_streamed(client):  # audit: convert
    with client.stream("GET", "/count") as response:
        response.read()


async def test_in_a_thread(client):  # audit: convert
    await asyncio.to_thread(client.get, "/count")


def test_by_its_name(request):  # audit: convert
    request.getfixturevalue("client").get("/count")


def test_local_import(app):  # audit: convert
    from fastapi.testclient import TestClient

    TestClient(app).get("/count")


def test_known_branch(client):  # audit: keep
    path = "/health" if METHODS[0] == "get" else "/count"
    client.get(path)


def test_unknown_branch(client, tmp_path):  # audit: convert
    path = "/health"
    if tmp_path.exists():
        path = "/count"
    client.get(path)


@pytest.mark.parametrize("api", ["/count"], indirect=True)
def test_indirect(api):  # audit: convert
    assert api.status_code == 200


@pytest.fixture
def api(client, request):
    return client.get(request.param)


@pytest.mark.usefixtures("orders")
def test_used_fixture():  # audit: convert
    assert True


class TestWithSetUp:
    path = "/count"

    @pytest.fixture(autouse=True)
    def _client(self, client):
        self.client = client

    def test_self_client(self):  # audit: convert
        self.client.get(self.path)


class TestOverridden:
    @pytest.fixture
    def client(self, client):
        return Api(client)

    def test_wrapper(self, client):  # audit: convert
        client.count()

    def test_wrapper_plain(self, client):  # audit: keep
        client.health()


class Base:
    def fetch(self):
        return self.client.get(self.url)


class TestInherited(Base):
    url = "/count"

    def setup_method(self):
        self.client = Client(create_app())

    def test_inherited_helper(self):  # audit: convert
        self.fetch()


class OldStyle(unittest.TestCase):
    def setUp(self):
        self.client = helpers.ShopClient(create_app())

    def test_subclass_of_the_client(self):  # audit: convert
        self.client.orders()

    def test_unittest_assertion(self):  # audit: convert-first
        self.assertEqual(self.client.get("/health").status_code, 401)


def test_both_clients(client, async_client):  # audit: keep
    client.get("/health")
