from unittest.mock import patch

import pytest

slow = pytest.mark.filterwarnings("error")


@slow
@patch("app.main.GREETING", "bye")
def test_greeting(client):
    assert client.get("/greeting").json() == "bye"
