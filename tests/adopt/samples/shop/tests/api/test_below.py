from ..helpers import ask


def test_conftest_below(client):  # audit: keep
    assert client.get("/health").status_code == 200


def test_helper_above(client):  # audit: convert
    ask(client, "orders", number=1)
