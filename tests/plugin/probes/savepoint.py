"""Appended to a service's tests/conftest.py: the usual way, one connection and a savepoint for each session."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


@pytest.fixture
async def _connection(db_engine):
    async with db_engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
def _sessions(_connection):
    return async_sessionmaker(_connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
async def db_session(_sessions):
    async with _sessions() as session:
        yield session


@pytest.fixture
def dependency_overrides(_sessions, session_factory_dependency):
    return {session_factory_dependency: lambda: _sessions}
