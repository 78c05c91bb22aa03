def body(name):
    return {"name": name}


def check(response):
    assert response.status_code == 201


async def test_create(async_client):
    check(await async_client.post("/items", json=body("a"), follow_redirects=True))
