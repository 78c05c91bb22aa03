import io


def test_upload(client):
    response = client.post("/upload", files={"file": ("a.txt", io.BytesIO(b"text"), "text/plain")})
    assert response.json() == {"name": "a.txt", "size": 4}
