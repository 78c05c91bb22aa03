from unittest.mock import patch


def test_patch(client):
    with patch("app.main.GREETING", "bye"):
        assert client.get("/greeting").json() == "bye"
    assert client.get("/greeting").json() == "hello"
