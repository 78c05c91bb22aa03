def test_open_file(client, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    with open(path, "rb") as file:
        response = client.post("/upload", files={"file": ("a.txt", file.read())})
    assert response.json() == {"name": "a.txt", "size": 4}
