"""Appended to a service's tests/conftest.py: what most templates do, one session for the test and every request."""

from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession


@pytest.fixture
async def db_session(db_engine):
    async with db_engine.connect() as connection:
        transaction = await connection.begin()
        async with AsyncSession(connection, expire_on_commit=False) as session:
            yield session
        await transaction.rollback()


@pytest.fixture
def dependency_overrides(db_session, session_factory_dependency):
    @asynccontextmanager
    async def shared():
        yield db_session

    return {session_factory_dependency: lambda: shared}
