def test_starred(client):
    first, *rest = [*client.get("/echo", params={"x": "abc"}).json().values()]
    assert (first, rest) == ("abc", [])
    assert dict(**client.get("/health").json()) == {"status": "healthy"}
    assert client.get("/echo?x=hello").json()["x"][1:3] == "el"
