def test_answer(client):
    response = client.get("/set-cookie")
    assert response.status_code == 200
    assert response.cookies["session"] == "abc"
    assert response.headers["content-type"] == "application/json"
