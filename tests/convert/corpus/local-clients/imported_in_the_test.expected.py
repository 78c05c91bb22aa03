async def test_health(async_client):
    assert (await async_client.get("/health")).status_code == 200


# TODO: not converted (app), see docs/testing/converting.md#app
def test_page():
    from fastapi.testclient import TestClient

    from app.main import app, get_current_user

    app.dependency_overrides[get_current_user] = lambda: "somebody"
    with TestClient(app) as client:
        assert client.get("/page").json() == {"user": "somebody"}
    del app.dependency_overrides[get_current_user]
