def test_open_file(client, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a text")
    with open(path, "rb") as file:
        response = client.post("/body", files={"file": ("a.txt", file.read())})
    assert response.json() == {"type": "multipart/form-data", "content": "a text"}
