"""A fixture that gives its session to the app keeps the override for each test that relies on it, and for no other."""

import pytest

from tests.tools.convert.snippets import convert

CONFTEST = """
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.main import app, get_db, settings
from app.models import Base, Note
from app.testing import BrokenSession

class FailingSession: ...


{engine}


@pytest.fixture
async def db():
    async with async_sessionmaker(engine)() as session:
        yield session


@pytest.fixture
def client(db):
    app.dependency_overrides[get_db] = lambda: db
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()
{more}"""
OF_THE_APP = "engine = create_async_engine(settings.database_url)"
OWN = 'engine = create_async_engine("sqlite+aiosqlite://")'
NOTE = """
@pytest.fixture
async def note(db):
    note = Note(text="mine")
    db.add(note)
    await db.{end}()
    return note
"""
MAKER = """
@pytest.fixture
async def make_note(db):
    async def make(text):
        note = Note(text=text)
        db.add(note)
        {end}
        return note

    return make
"""
HELPED = """
async def save(session, note):
    session.add(note)
    await session.{end}()


@pytest.fixture
async def note(db):
    note = Note(text="mine")
    await save(db, note)
    return note
"""
TABLES = """
@pytest.fixture(autouse=True)
async def tables(db):
    await db.run_sync(Base.metadata.create_all)
"""
ROWS = """
@pytest.fixture(autouse=True)
async def rows(db):
    db.add(Note(text="theirs"))
    await db.commit()
"""

MADE = "async def test_it(client, make_note):\n    note = await make_note('mine')\n"
READ = 'def test_it(client, note):\n    assert client.get(f"/notes/{note.id}").status_code == 404\n'
KEPT = {
    "the test uses the session": (
        OF_THE_APP,
        "",
        "async def test_it(client, db):\n    db.add(Note())\n    assert client.get('/notes').status_code == 404\n",
    ),
    "a fixture only flushes": (OF_THE_APP, NOTE.format(end="flush"), READ),
    "a helper only flushes": (OF_THE_APP, HELPED.format(end="flush"), READ),
    "a made row is only added": (
        OF_THE_APP,
        MAKER.format(end="await db.flush()"),
        MADE + '    assert client.get(f"/notes/{note.id}").status_code == 404\n',
    ),
    "an object is compared": (
        OF_THE_APP,
        NOTE.format(end="commit"),
        'def test_it(client, note):\n    assert client.put("/notes").is_success\n    assert note.text == "mine"\n',
    ),
    "a made object is compared": (
        OF_THE_APP,
        MAKER.format(end="await db.commit()"),
        MADE + '    assert client.put("/notes").is_success\n    text = note.text\n    assert text == "mine"\n',
    ),
    "rows are in a database of the tests": (
        OWN,
        ROWS,
        'def test_it(client):\n    assert client.get("/notes").status_code == 404\n',
    ),
}
SEEDED = {
    "the session's fixture inserts": (
        "        yield session\n",
        "        session.add(Note())\n        await session.commit()\n        yield session\n",
    ),
    "a function inserts with the session": (
        "        yield session\n",
        "        await load_notes(session)\n        yield session\n",
    ),
}
REPLACED = {
    "a fixture commits": (OF_THE_APP, NOTE.format(end="commit"), READ),
    "a helper commits": (OF_THE_APP, HELPED.format(end="commit"), READ),
    "a made row is committed": (
        OF_THE_APP,
        MAKER.format(end="await db.commit()"),
        MADE + '    response = client.get(f"/notes/{note.id}")\n    assert response.json() == {}\n',
    ),
    "only tables are made": (OWN, TABLES, 'def test_it(client):\n    assert client.get("/notes").status_code == 404\n'),
    "rows are in the app's database": (
        OF_THE_APP,
        ROWS,
        'def test_it(client):\n    assert client.get("/notes").status_code == 404\n',
    ),
}


def converted(engine: str, more: str, test: str) -> tuple[str, str, list[str]]:
    changed, listed = convert({"test_snippet.py": test, "conftest.py": CONFTEST.format(engine=engine, more=more)})
    return changed["test_snippet.py"], changed["conftest.py"], listed


@pytest.mark.parametrize("why", KEPT)
def test_override_is_kept_with_its_effect(why: str) -> None:
    """Without it a row would be missing, or a copy would be old, and the test could pass with a broken app."""
    test, conftest, listed = converted(*KEPT[why])

    assert "await client." in test
    assert "async def client(async_client, app, db):\n    app.dependency_overrides[get_db] = lambda: db\n" in conftest
    assert listed == []


@pytest.mark.parametrize("why", SEEDED)
def test_fixture_of_the_session_keeps_its_rows(why: str) -> None:
    """A test that did not request it any more would find an empty database."""
    conftest = CONFTEST.format(engine=OF_THE_APP, more="").replace(*SEEDED[why])

    changed, _ = convert({"test_snippet.py": READ.replace(", note", ""), "conftest.py": conftest})

    assert "await client." in changed["test_snippet.py"]
    assert "async def client(async_client, app, db):" in changed["conftest.py"]


@pytest.mark.parametrize("why", REPLACED)
def test_client_is_replaced_where_nothing_is_lost(why: str) -> None:
    """Each request then has a session of its own, so that a forgotten commit fails the test."""
    test, conftest, _ = converted(*REPLACED[why])

    assert "await async_client." in test
    assert "dependency_overrides" not in conftest


def test_fixtures_of_one_test_use_one_client() -> None:
    """A fixture that requests something for a test that relies on the override does so too, and its other tests."""
    more = '\n\n@pytest.fixture\ndef item(client):\n    return client.post("/items").json()\n'
    tests = (
        "async def test_session(client, db, item):\n    assert client.get('/a').status_code == 200\n\n\n"
        "def test_item(item, client):\n    assert client.get('/a').status_code == 200\n\n\n"
        "def test_alone(client):\n    assert client.get('/a').status_code == 200\n"
    )

    test, conftest, _ = converted(OF_THE_APP, more, tests)

    assert "async def test_session(client, db, item)" in test
    assert "async def test_item(item, client)" in test
    assert "async def test_alone(async_client)" in test
    assert "async def item(client)" in conftest


OTHER_EFFECTS = {
    "a dependency that only sounds like a session": ("lambda: db", "get_session_user", "db"),
    "the session of a user": ("lambda: db", "get_current_session", "db"),
    "a value that is no session": ("lambda: {'user': 1}", "get_session", "db"),
    "a session that fails": ("lambda: FailingSession()", "get_session", "db"),
    "a session that fails, from elsewhere": ("lambda: BrokenSession()", "get_session", "db"),
    "a fixture that is asked for its effect": ("lambda: db", "get_db", "db, db_with_rows"),
}


@pytest.mark.parametrize("why", OTHER_EFFECTS)
def test_another_override_or_fixture_is_kept(why: str) -> None:
    value, key, params = OTHER_EFFECTS[why]
    more = "\n\n@pytest.fixture\nasync def db_with_rows(db):\n    db.add(Note())\n    await db.commit()\n"
    conftest = CONFTEST.format(engine=OF_THE_APP, more=more).replace("[get_db]", f"[{key}]")
    conftest = conftest.replace("lambda: db", value).replace("def client(db)", f"def client({params})")

    changed, _ = convert(
        {
            "test_snippet.py": 'def test_it(client):\n    assert client.get("/").status_code == 200\n',
            "conftest.py": conftest,
        }
    )

    assert f"app.dependency_overrides[{key}] = {value}" in changed["conftest.py"]
    assert "await client." in changed["test_snippet.py"]


def test_override_for_more_than_one_test_is_left() -> None:
    """A client of a wider scope would keep a session of another loop."""
    conftest = CONFTEST.format(engine=OF_THE_APP, more="").replace(
        "@pytest.fixture\n", '@pytest.fixture(scope="module")\n'
    )
    test = "async def test_it(client, db):\n    assert client.get('/').status_code == 200\n"

    changed, listed = convert({"test_snippet.py": test, "conftest.py": conftest})

    assert "async def client" not in changed["conftest.py"]
    assert [line.rpartition("[")[2] for line in listed] == ["fixtures]"]


def test_route_of_a_fixture_is_kept() -> None:
    route = '    @app.get("/extra")\n    def extra():\n        return 1\n\n    app.dependency_overrides[get_db]'
    conftest = CONFTEST.format(engine=OF_THE_APP, more="").replace("    app.dependency_overrides[get_db]", route)

    changed, _ = convert(
        {"test_snippet.py": REPLACED["a fixture commits"][2].replace(", note", ""), "conftest.py": conftest}
    )

    assert "def extra():" in changed["conftest.py"]
