import pytest

from tests.helpers import signed_in


@pytest.fixture
def headers(client):
    return signed_in(client, "writer@example.com")


def test_without_a_token(client):
    assert client.post("/notes", json={"text": "hello"}).status_code == 401


def test_a_note_is_kept(client, headers):
    assert client.post("/notes", json={"text": "hello"}, headers=headers).status_code == 201
    assert client.get("/notes", headers=headers).json() == ["hello"]


def test_notes_are_ones_own(client, headers):
    other = signed_in(client, "reader@example.com")
    client.post("/notes", json={"text": "mine"}, headers=headers)
    assert client.get("/notes", headers=other).json() == []


def test_an_empty_note_is_refused(client, headers):
    assert client.post("/notes", json={}, headers=headers).status_code == 422


def test_notes_come_in_turn(client, headers):
    sent = [client.post("/notes", json={"text": text}, headers=headers).json()["id"] for text in "abc"]
    assert sent == sorted(sent)
    assert client.get("/notes", headers=headers).json() == ["a", "b", "c"]
