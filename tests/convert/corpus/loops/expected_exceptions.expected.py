import pytest


async def fail():
    raise ValueError("no")


async def test_fail():
    with pytest.raises(ValueError, match="no"):
        await fail()
