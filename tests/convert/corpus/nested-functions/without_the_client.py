def test_nested(client):
    def double(number):
        return number * 2

    assert double(client.get("/health").status_code) == 400
