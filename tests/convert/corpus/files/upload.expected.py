import io


async def test_upload(async_client):
    response = await async_client.post("/upload", files={"file": ("a.txt", io.BytesIO(b"text"), "text/plain")})
    assert response.json() == {"name": "a.txt", "size": 4}
