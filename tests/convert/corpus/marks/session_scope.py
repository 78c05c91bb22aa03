import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_one():
    assert True
