"""The brief's obsolete arrangement: async fixtures on one loop, a sync client that runs the app on another."""

import os

import pytest
import pytest_asyncio
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from service import Base, User, app, get_db, hash_password


@pytest_asyncio.fixture
async def db_engine():
    """Loop A: pytest-asyncio runs this fixture, and the engine's connections belong to its loop."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def db_session(db_engine):
    async with async_sessionmaker(db_engine, expire_on_commit=False)() as session:
        yield session


@pytest_asyncio.fixture
async def test_users(db_session):
    users = {}
    for role in ("admin", "editor", "writer"):
        password = f"{role.title()}Pass123!"
        user = User(email=f"{role}@test.com", role=role, hashed_password=hash_password(password))
        db_session.add(user)
        users[role] = {"user": user, "password": password}
    await db_session.commit()
    return users


@pytest.fixture
def client(db_session):
    """Loop B: TestClient runs the app on a loop of its own, and hands it the session of loop A."""

    async def override_get_db():
        yield db_session

    app.dependency_overrides[get_db] = override_get_db
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()
