def test_lines(client):
    response = client.get(
        "/old",
        params={"x": "1"},
    )
    other = client.get(
        "/old", params={"x": "1"}
    )
    assert "healthy" in response.text and "healthy" in other.text
