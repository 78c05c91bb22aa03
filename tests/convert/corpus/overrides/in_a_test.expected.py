from app.main import get_current_user


async def test_page(async_client, app):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    response = await async_client.get("/page")
    assert response.json() == {"user": "somebody"}
