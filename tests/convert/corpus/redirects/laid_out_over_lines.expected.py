async def test_lines(async_client):
    response = await async_client.get(
        "/old",
        params={"x": "1"},
        follow_redirects=True,
    )
    other = await async_client.get(
        "/old", params={"x": "1"}, follow_redirects=True
    )
    assert "healthy" in response.text and "healthy" in other.text
