import pytest


class TestCustomers:
    def test_without_a_key(self, client):
        response = client.post("/v1/customers", json={"name": "Ada"})
        assert response.status_code == 401
        assert "key" in response.json()["detail"].lower()

    @pytest.mark.parametrize("wrong", ["", "guess", "let me out"])
    def test_with_a_wrong_key(self, client, wrong):
        headers = {"X-API-Key": wrong}
        assert client.post("/v1/customers", json={"name": "Ada"}, headers=headers).status_code == 401

    def test_with_the_key(self, client, key):
        assert client.post("/v1/customers", json={"name": "Grace"}, headers=key).status_code == 201

    def test_a_name_is_taken_once(self, client, key, customer):
        response = client.post("/v1/customers", json={"name": customer}, headers=key)
        assert response.status_code == 409
