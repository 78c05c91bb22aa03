import io


def test_upload(client):
    response = client.post("/body", files={"file": ("a.txt", io.BytesIO(b"a text"), "text/plain")})
    assert response.json() == {"type": "multipart/form-data", "content": "a text"}
