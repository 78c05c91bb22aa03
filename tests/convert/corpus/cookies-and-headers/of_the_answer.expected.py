async def test_answer(async_client):
    response = await async_client.get("/set-cookie")
    assert response.status_code == 200
    assert response.cookies["session"] == "abc"
    assert response.headers["content-type"] == "application/json"
