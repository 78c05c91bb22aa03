async def test_redirect(async_client):
    response = await async_client.get("/old", follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"] == "/health"
    assert (await async_client.get("/old", follow_redirects=True)).status_code == 200
