async def test_whole(async_client):
    response = await async_client.get("/stream")
    assert response.status_code == 200
    assert response.text == "a\nb\n"
