async def test_every_verb(async_client):
    assert (await async_client.get("/items")).status_code == 200
    assert (await async_client.post("/items", json={"name": "a"})).status_code == 201
    assert (await async_client.put("/items/1", json={"name": "b"})).status_code == 200
    assert (await async_client.patch("/items/1", json={"name": "c"})).status_code == 200
    assert (await async_client.delete("/items/1")).status_code == 204
    assert (await async_client.options("/items")).status_code == 405
    assert (await async_client.head("/items")).status_code == 405
    assert (await async_client.request("GET", "/items")).status_code == 200
