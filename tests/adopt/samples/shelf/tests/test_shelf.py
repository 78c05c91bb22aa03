"""Sync requests on aiosqlite, which any loop may use: all of it is green before."""

import pytest
from app.main import Note

ADA, EVE = {"X-User": "ada"}, {"X-User": "eve"}


def test_health(client):  # audit: keep
    assert client.get("/health").json() == "healthy"


def test_without_a_name(client):  # audit: convert-first
    assert client.get("/notes").status_code == 401


def test_add_and_list(client):  # audit: convert
    assert client.post("/notes", json={"text": "tea"}, headers=ADA).status_code == 201
    assert client.get("/notes", headers=ADA).json() == ["tea"]
    assert client.get("/notes", headers=EVE).json() == []


def test_read(client, note):  # audit: convert
    response = client.get(f"/notes/{note.id}", headers=ADA)
    assert response.status_code == 200
    assert response.json() == "mine"


@pytest.mark.parametrize("who", ["ada", "eve"])
def test_read_nothing(client, who):  # audit: convert
    assert client.get("/notes/7", headers={"X-User": who}).status_code == 404


@pytest.mark.asyncio
async def test_a_note_of_another_user_is_hidden(client, session):  # audit: convert
    """The row is only flushed, so a session of its own would not see it, and would answer 404 in any case."""
    note = Note(owner="ada", text="mine")
    session.add(note)
    await session.flush()
    assert client.get(f"/notes/{note.id}", headers=EVE).status_code == 404


def test_a_note_of_another_user_is_not_changed(client, note):  # audit: convert
    """The object changes with the session of the request. In a session of its own it would stay as it was."""
    response = client.put(f"/notes/{note.id}", json={"text": "stolen"}, headers=EVE)
    assert response.status_code == 200
    assert note.text == "mine"


def test_change(client, note):  # audit: convert
    assert client.put(f"/notes/{note.id}", json={"text": "ours"}, headers=ADA).status_code == 200
    assert client.get(f"/notes/{note.id}", headers=ADA).json() == "ours"


def test_change_nothing(client):  # audit: convert
    assert client.put("/notes/7", json={"text": "ours"}, headers=ADA).status_code == 404
