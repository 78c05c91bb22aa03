def test_dictionary(client):
    statuses = {"health": client.get("/health").status_code, "nowhere": client.get("/nope").status_code}
    assert statuses == {"health": 200, "nowhere": 404}
