import asyncio

import pytest


async def fail():
    raise ValueError("no")


def test_fail():
    with pytest.raises(ValueError, match="no"):
        asyncio.run(fail())
