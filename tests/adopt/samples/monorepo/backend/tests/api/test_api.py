"""One suite of the whole API, in a folder below the helpers that it uses."""

import pytest

from tests.helpers import PASSWORD, login, register, signed_in


def test_ping(client):
    assert client.get("/ping").json() == "pong"


def test_every_answer_names_the_version(client):
    for path in ("/ping", "/nowhere"):
        assert client.get(path).headers["X-Version"] == "1"


class TestRegister:
    def test_a_new_user(self, client):
        assert register(client, "ada@example.com")["email"] == "ada@example.com"

    def test_an_email_is_taken_once(self, client):
        register(client, "bob@example.com")
        response = client.post("/auth/register", json={"email": "bob@example.com", "password": PASSWORD})
        assert response.status_code == 400
        assert response.json()["detail"] == "REGISTER_USER_ALREADY_EXISTS"

    @pytest.mark.parametrize("email", ["nobody", "", "a@"])
    def test_a_wrong_email(self, client, email):
        assert client.post("/auth/register", json={"email": email, "password": PASSWORD}).status_code == 422


class TestLogin:
    @pytest.fixture(autouse=True)
    def carol(self, client):
        register(client, "carol@example.com")

    def test_right_password(self, client):
        assert login(client, "carol@example.com")["Authorization"].startswith("Bearer ")

    def test_wrong_password(self, client):
        data = {"username": "carol@example.com", "password": "guess"}
        assert client.post("/auth/login", data=data).status_code == 400

    def test_me(self, client):
        headers = login(client, "carol@example.com")
        assert client.get("/me", headers=headers).json() == {"email": "carol@example.com"}


def test_me_without_a_token(client):
    assert client.get("/me").status_code == 401


def test_two_people(client):
    one, two = (signed_in(client, f"{name}@example.com") for name in ("dora", "emil"))
    emails = [client.get("/me", headers=headers).json()["email"] for headers in (one, two)]
    assert emails == ["dora@example.com", "emil@example.com"]


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
