def test_follow_the_id(client):
    response = client.get(f"/items/{client.post('/items', json={'name': 'a'}).json()['id']}")
    assert response.status_code == 200
