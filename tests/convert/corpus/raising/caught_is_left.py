def test_boom(client):
    try:
        response = client.get("/boom")
    except ValueError:
        response = None
    assert response is None
