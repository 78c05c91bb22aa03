async def test_unnoticed(async_client):
    await async_client.get("/old", follow_redirects=True)
    response = await async_client.get("/old", follow_redirects=True)
    assert "healthy" in response.text
    assert (await async_client.get("/old", follow_redirects=True)).url.path == "/health"
    assert (await async_client.get("/old", follow_redirects=True)).status_code < 400
