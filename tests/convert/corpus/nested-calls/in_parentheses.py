def test_in_parentheses(client):
    status = (client.get("/health")).status_code
    assert (
        client.get("/health").json()
        == {"status": "healthy"}
    )
    assert status == 200
