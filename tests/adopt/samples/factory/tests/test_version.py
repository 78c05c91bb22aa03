def test_version(client):
    assert client.get("/v1/version").json() == {"version": 1}


def test_version_sets_a_cookie(client):
    client.get("/v1/version")
    assert client.cookies["seen"] == "yes"


def test_wrong_method(client):
    assert client.put("/v1/version").status_code == 405


def test_missing_body(client):
    response = client.post("/v1/orders", json={})
    assert response.status_code == 422
    assert {tuple(error["loc"]) for error in response.json()["detail"]} == {
        ("body", "item"),
        ("body", "customer"),
    }
