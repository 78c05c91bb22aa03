def pages(client):
    for page in range(2):
        yield client.get("/echo", params={"x": page}).json()


# TODO: not converted (helpers), see docs/testing/converting.md#helpers
def test_pages(client):
    assert [page["x"] for page in pages(client)] == ["0", "1"]
