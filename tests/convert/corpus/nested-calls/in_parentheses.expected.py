async def test_in_parentheses(async_client):
    status = (await async_client.get("/health", follow_redirects=True)).status_code
    assert (
        (await async_client.get("/health")).json()
        == {"status": "healthy"}
    )
    assert status == 200
