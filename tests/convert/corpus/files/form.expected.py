async def test_form(async_client):
    response = await async_client.post("/body", data={"name": "a"})
    assert response.status_code == 200
    assert response.json() == {"type": "application/x-www-form-urlencoded", "content": "name=a"}
