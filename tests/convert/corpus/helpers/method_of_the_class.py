class TestItems:
    def _create(self, client, name):
        response = client.post("/items", json={"name": name})
        assert response.status_code == 201
        return response.json()["id"]

    def test_create(self, client):
        number = self._create(client, "a")
        assert client.get(f"/items/{number}").json()["name"] == "a"
