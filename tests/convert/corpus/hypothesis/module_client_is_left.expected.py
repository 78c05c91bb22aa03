from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.main import app

client = TestClient(app)


# TODO: not converted (hypothesis), see docs/testing/converting.md#hypothesis
@settings(max_examples=3)
@given(st.text("abc", min_size=1))
def test_create(name):
    assert client.post("/items", json={"name": name}).json()["name"] == name
