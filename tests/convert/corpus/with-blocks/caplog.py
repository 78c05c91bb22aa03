import logging


def test_caplog(client, caplog):
    with caplog.at_level(logging.WARNING):
        assert client.get("/warn").status_code == 200
    assert "be warned" in caplog.text
