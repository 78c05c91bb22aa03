def test_f_string(client):
    assert f"it is {client.get('/health').json()['status']}" == "it is healthy"
