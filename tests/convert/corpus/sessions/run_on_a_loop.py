import asyncio

from sqlalchemy import text


def test_session(client, db_session):
    asyncio.run(db_session.execute(text("SELECT 1")))
    assert client.get("/health").status_code == 200
