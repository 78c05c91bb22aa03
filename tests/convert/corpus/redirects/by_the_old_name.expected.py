async def test_redirect(async_client):
    response = await async_client.get("/health", follow_redirects=False)
    assert response.status_code == 200
