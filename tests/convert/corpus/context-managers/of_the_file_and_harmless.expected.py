from contextlib import contextmanager

seen = []


@contextmanager
def noted(what):
    seen.append(what)
    yield
    seen.append(f"end of {what}")


async def test_noted(async_client):
    with noted("health"):
        assert (await async_client.get("/health")).status_code == 200
    assert seen == ["health", "end of health"]
