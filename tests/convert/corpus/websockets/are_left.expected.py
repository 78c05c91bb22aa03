# TODO: not converted (websockets), see docs/testing/converting.md#websockets
def test_websocket(client):
    with client.websocket_connect("/ws") as websocket:
        websocket.send_text("hello")
        assert websocket.receive_text() == "hello"


async def test_health(async_client):
    assert (await async_client.get("/health")).status_code == 200
