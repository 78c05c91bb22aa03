async def test_arranged(async_client):
    await async_client.post("/items", json={"name": "arranged"}, follow_redirects=True)
    names = [item["name"] for item in (await async_client.get("/items")).json()]
    assert "arranged" in names
