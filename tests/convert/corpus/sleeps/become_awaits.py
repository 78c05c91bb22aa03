import time


def test_later(client):
    assert client.get("/health").status_code == 200
    time.sleep(0.001)
    assert client.get("/health").status_code == 200
