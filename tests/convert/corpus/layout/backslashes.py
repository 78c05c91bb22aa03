def test_backslashes(client):
    response = \
        client.get("/health")
    assert response.status_code == 200 and \
        client.get("/nope").status_code == 404
