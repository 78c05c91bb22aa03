def test_not_collected(client) -> None:
    client.get("/api/v1/items")
