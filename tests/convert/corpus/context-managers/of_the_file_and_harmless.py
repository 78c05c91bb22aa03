from contextlib import contextmanager

seen = []


@contextmanager
def noted(what):
    seen.append(what)
    yield
    seen.append(f"end of {what}")


def test_noted(client):
    with noted("health"):
        assert client.get("/health").status_code == 200
    assert seen == ["health", "end of health"]
