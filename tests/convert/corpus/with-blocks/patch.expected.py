from unittest.mock import patch


async def test_patch(async_client):
    with patch("app.main.GREETING", "bye"):
        assert (await async_client.get("/greeting")).json() == "bye"
    assert (await async_client.get("/greeting")).json() == "hello"
