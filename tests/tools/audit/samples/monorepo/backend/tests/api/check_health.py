def test_health(client) -> None:  # audit: keep
    assert client.get("/health-check").json() is True
