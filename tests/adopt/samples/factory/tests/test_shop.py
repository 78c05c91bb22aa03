import pytest


def order(client, item, customer):
    response = client.post("/v1/orders", json={"item": item, "customer": customer})
    assert response.status_code == 201, response.text
    return response.json()["id"]


def test_an_order_has_an_id(client, customer):  # audit: convert-first
    assert order(client, "tea", customer) > 0


def test_two_orders_have_two_ids(client, customer):  # audit: convert-first
    assert order(client, "tea", customer) != order(client, "tea", customer)


def test_an_unknown_customer_is_refused(client):  # audit: convert
    response = client.post("/v1/orders", json={"item": "tea", "customer": "Nobody"})
    assert response.status_code == 404


def test_orders_are_listed_in_turn(client, customer):  # audit: convert-first
    items = ["tea", "milk", "sugar"]
    ids = [order(client, item, customer) for item in items]
    assert ids == sorted(ids)
    assert client.get("/v1/orders").json()[-3:] == items


def test_orders_are_found_by_item(client, customer):  # audit: convert-first
    order(client, "coffee", customer)
    order(client, "tea", customer)
    assert set(client.get("/v1/orders", params={"item": "coffee"}).json()) == {"coffee"}


@pytest.mark.slow
def test_many_orders(client, customer):  # audit: convert-first
    for number in range(20):
        order(client, f"item {number}", customer)
    listed = client.get("/v1/orders").json()
    assert all(f"item {number}" in listed for number in range(20))


class TestCustomers:
    def test_without_a_key(self, client):  # audit: convert-first
        response = client.post("/v1/customers", json={"name": "Ada"})
        assert response.status_code == 401
        assert "key" in response.json()["detail"].lower()

    @pytest.mark.parametrize("wrong", ["", "guess", "let me out"])
    def test_with_a_wrong_key(self, client, wrong):  # audit: convert-first
        headers = {"X-API-Key": wrong}
        assert client.post("/v1/customers", json={"name": "Ada"}, headers=headers).status_code == 401

    def test_with_the_key(self, client, key):  # audit: convert-first
        assert client.post("/v1/customers", json={"name": "Grace"}, headers=key).status_code == 201

    def test_a_name_is_taken_once(self, client, key, customer):  # audit: convert-first
        response = client.post("/v1/customers", json={"name": customer}, headers=key)
        assert response.status_code == 409


def test_version(client):  # audit: keep
    assert client.get("/v1/version").json() == {"version": 1}


def test_version_sets_a_cookie(client):  # audit: keep
    client.get("/v1/version")
    assert client.cookies["seen"] == "yes"


def test_wrong_method(client):  # audit: keep
    assert client.put("/v1/version").status_code == 405


def test_missing_body(client):  # audit: keep
    response = client.post("/v1/orders", json={})
    assert response.status_code == 422
    assert {tuple(error["loc"]) for error in response.json()["detail"]} == {
        ("body", "item"),
        ("body", "customer"),
    }
