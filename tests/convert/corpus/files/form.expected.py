async def test_form(async_client):
    response = await async_client.post("/form", data={"name": "a"})
    assert response.status_code == 200
    assert response.json() == "a"
