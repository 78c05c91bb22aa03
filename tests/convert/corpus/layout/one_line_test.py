def test_one(client): assert client.get("/health").status_code == 200
