from sqlalchemy import text


async def test_session(async_client, db_session):
    await db_session.execute(text("SELECT 1"))
    assert (await async_client.get("/health")).status_code == 200
