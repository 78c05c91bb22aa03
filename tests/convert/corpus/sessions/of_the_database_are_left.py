def test_session(client, db_session):
    db_session.add(object())
    db_session.commit()
    assert client.get("/health").status_code == 200
