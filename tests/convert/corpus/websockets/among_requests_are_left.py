def test_websocket(client):
    assert client.get("/health").status_code == 200
    with client.websocket_connect("/ws") as websocket:
        websocket.send_text("hello")
        assert websocket.receive_text() == "hello"
