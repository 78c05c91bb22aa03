import logging


async def test_caplog(async_client, caplog):
    with caplog.at_level(logging.WARNING):
        assert (await async_client.get("/warn")).status_code == 200
    assert "be warned" in caplog.text
