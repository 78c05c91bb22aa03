async def test_follow_the_id(async_client):
    response = await async_client.get(f"/items/{(await async_client.post('/items', json={'name': 'a'})).json()['id']}")
    assert response.status_code == 200
