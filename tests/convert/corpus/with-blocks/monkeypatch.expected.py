async def test_monkeypatch(async_client, monkeypatch):
    monkeypatch.setattr("app.main.GREETING", "good day")
    with monkeypatch.context() as patched:
        patched.setattr("app.main.GREETING", "bye")
        assert (await async_client.get("/greeting")).json() == "bye"
    assert (await async_client.get("/greeting")).json() == "good day"
