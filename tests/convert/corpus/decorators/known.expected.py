from unittest.mock import patch

import pytest

slow = pytest.mark.filterwarnings("error")


@slow
@patch("app.main.GREETING", "bye")
async def test_greeting(async_client):
    assert (await async_client.get("/greeting")).json() == "bye"
