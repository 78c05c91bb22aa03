import pytest
import pytest_asyncio
from app.main import Base, Note, app, engine, get_db
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import async_sessionmaker


@pytest_asyncio.fixture
async def session():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        yield session


@pytest.fixture
def client(session):
    app.dependency_overrides[get_db] = lambda: session
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()


@pytest_asyncio.fixture
async def note(session):
    note = Note(owner="ada", text="mine")
    session.add(note)
    await session.commit()
    return note
