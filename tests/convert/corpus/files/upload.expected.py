import io


async def test_upload(async_client):
    response = await async_client.post("/body", files={"file": ("a.txt", io.BytesIO(b"a text"), "text/plain")})
    assert response.json() == {"type": "multipart/form-data", "content": "a text"}
