# TODO: not converted (redirects), see docs/testing/converting.md#redirects
def test_options(client):
    options = {"follow_redirects": False}
    response = client.get("/old", **options)
    assert response.headers["location"] == "/health"
