import pytest


# TODO: not converted (errors), see docs/testing/converting.md#errors
def test_boom(client):
    with pytest.raises(ValueError, match="boom"):
        client.get("/boom")
