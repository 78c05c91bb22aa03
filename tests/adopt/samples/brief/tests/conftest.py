import pytest
import pytest_asyncio
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from app.db import Base, User, get_db, settings
from app.main import AuthService, app


@pytest_asyncio.fixture
async def db_engine():
    """Create async database engine for testing"""
    engine = create_async_engine(settings.database_url, echo=False)

    # Create tables
    async with engine.begin() as conn:
        await conn.run_sync(Base.metadata.drop_all)
        await conn.run_sync(Base.metadata.create_all)

    yield engine

    # Cleanup
    await engine.dispose()


@pytest_asyncio.fixture
async def db_session(db_engine):
    """Create async database session for testing"""
    async_session = async_sessionmaker(db_engine, expire_on_commit=False)

    async with async_session() as session:
        yield session


@pytest.fixture
def client(db_session):
    """Synchronous test client (use for simple routing tests only)"""

    async def override_get_db():
        yield db_session

    app.dependency_overrides[get_db] = override_get_db
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()


@pytest_asyncio.fixture
async def test_users(db_session):
    """Create test users with different roles"""
    users = {}
    for role in ("admin", "editor", "writer"):
        password = f"{role.title()}Pass123!"
        user = User(
            email=f"{role}@test.com",
            username=role,
            role=role,
            hashed_password=AuthService.hash_password(password),
        )
        db_session.add(user)
        users[role] = {"user": user, "password": password}

    await db_session.commit()

    return users
