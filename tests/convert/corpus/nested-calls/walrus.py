def test_walrus(client):
    if (response := client.get("/health")).status_code == 200:
        assert response.json()["status"] == "healthy"
    assert response.status_code == 200
