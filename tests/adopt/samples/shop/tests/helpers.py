from fastapi.testclient import TestClient

from shop.stores import settings


def ask(client, kind, *, number):
    if kind == "orders":
        url = f"/orders/{number}"
    else:
        url = "/".join(["", "stock", str(number)])
    return client.get(url)


def token_headers(client: TestClient) -> dict[str, str]:
    r = client.post(f"{settings.API_V1_STR}/login/access-token", json={"email": "a", "password": "b"})
    return {"Authorization": f"Bearer {r.json()['access_token']}"}


def test_not_collected(client):
    client.get("/count")


def paths():
    yield "/health"
    yield "/count"


def assert_refused(response):
    assert response.status_code == 401


class Api:
    def __init__(self, client):
        self._client = client

    def count(self):
        return self._get("count")

    def health(self):
        return self._get("health")

    def _get(self, name):
        return self._client.get(f"/{name}")


class ShopClient(TestClient):
    def orders(self):
        return super().get("/orders")
