from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text("abc", min_size=1))
def test_create(client, name):
    assert client.post("/items", json={"name": name}).json()["name"] == name
