def test_filter(client):
    up = {path for path in ("/health", "/nope") if client.get(path).status_code == 200}
    bodies = {path: client.get(path).json() for path in ("/health",)}
    assert up == {"/health"}
    assert bodies == {"/health": {"status": "healthy"}}
