def test_whole(client):
    response = client.get("/stream")
    assert response.status_code == 200
    assert response.text == "a\nb\n"
