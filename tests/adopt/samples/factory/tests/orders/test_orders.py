import pytest


def order(client, item, customer):
    response = client.post("/v1/orders", json={"item": item, "customer": customer})
    assert response.status_code == 201, response.text
    return response.json()["id"]


def test_an_order_has_an_id(client, customer):
    assert order(client, "tea", customer) > 0


def test_two_orders_have_two_ids(client, customer):
    assert order(client, "tea", customer) != order(client, "tea", customer)


def test_an_unknown_customer_is_refused(client):
    response = client.post("/v1/orders", json={"item": "tea", "customer": "Nobody"})
    assert response.status_code == 404


def test_orders_are_listed_in_turn(client, customer):
    items = ["tea", "milk", "sugar"]
    ids = [order(client, item, customer) for item in items]
    assert ids == sorted(ids)
    assert client.get("/v1/orders").json()[-3:] == items


def test_orders_are_found_by_item(client, customer):
    order(client, "coffee", customer)
    order(client, "tea", customer)
    assert set(client.get("/v1/orders", params={"item": "coffee"}).json()) == {"coffee"}


@pytest.mark.slow
def test_many_orders(client, customer):
    for number in range(20):
        order(client, f"item {number}", customer)
    listed = client.get("/v1/orders").json()
    assert all(f"item {number}" in listed for number in range(20))
