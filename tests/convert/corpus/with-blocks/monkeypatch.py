def test_monkeypatch(client, monkeypatch):
    monkeypatch.setattr("app.main.GREETING", "good day")
    with monkeypatch.context() as patched:
        patched.setattr("app.main.GREETING", "bye")
        assert client.get("/greeting").json() == "bye"
    assert client.get("/greeting").json() == "good day"
