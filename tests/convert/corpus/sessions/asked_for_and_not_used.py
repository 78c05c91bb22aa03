def test_session(client, db_session):
    assert client.get("/health").status_code == 200
