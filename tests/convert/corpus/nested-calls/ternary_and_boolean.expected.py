async def test_ternary(async_client):
    found = "yes" if (await async_client.get("/health")).status_code == 200 else "no"
    assert found == "yes" and not (await async_client.get("/nope")).status_code == 200
    assert (await async_client.get("/health")).json() == {} or (await async_client.get("/health")).json()["status"] == "healthy"
