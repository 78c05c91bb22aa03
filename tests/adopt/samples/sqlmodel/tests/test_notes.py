"""A suite on a module-level client, as the first tutorials have it."""

import pytest
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def add(title, **more):
    response = client.post("/notes", json={"title": title, **more})
    assert response.status_code == 201
    return response.json()


def test_index():
    assert client.get("/").json() == {"service": "notes"}


def test_unknown_path():
    assert client.get("/nowhere").status_code == 404


def test_a_wrong_body_is_refused():
    assert client.post("/notes", content=b"not json").status_code == 422


def test_add_note():
    note = add("Milk")
    assert note["title"] == "Milk"
    assert note["id"] is not None


def test_read_note():
    note = add("Bread")
    response = client.get(f"/notes/{note['id']}")
    assert response.status_code == 200
    assert response.json()["title"] == "Bread"


def test_read_unknown_note():
    assert client.get("/notes/987654").status_code == 404


def test_list_notes():
    titles = ["one", "two", "three"]
    for title in titles:
        add(title)
    found = [note["title"] for note in client.get("/notes").json()]
    assert found[-3:] == titles


@pytest.mark.parametrize("title", ["short", "a much longer title", "ünïcode"])
def test_titles_come_back(title):
    assert client.get(f"/notes/{add(title)['id']}").json()["title"] == title


class TestDelete:
    def test_without_a_key(self):
        assert client.delete("/notes/1").status_code == 401

    def test_with_a_wrong_key(self):
        response = client.delete("/notes/1", headers={"X-Key": "guess"})
        assert response.status_code == 401

    def test_with_the_key(self):
        note = add("Gone soon")
        response = client.delete(f"/notes/{note['id']}", headers={"X-Key": "secret"})
        assert response.status_code == 204
        assert client.get(f"/notes/{note['id']}").status_code == 404


def test_a_tag_is_made_in_the_background():
    assert client.post("/tags", json={"name": "shopping"}).status_code == 202
    assert "shopping" in [tag["name"] for tag in client.get("/tags").json()]
