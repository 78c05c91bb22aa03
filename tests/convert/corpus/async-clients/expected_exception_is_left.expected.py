import pytest
from httpx2 import ASGITransport, AsyncClient

from app.main import app


# TODO: not converted (errors), see docs/testing/converting.md#errors
async def test_boom():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as ac:
        with pytest.raises(ValueError):
            await ac.get("/boom")
