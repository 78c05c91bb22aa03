import pytest

pytestmark = [pytest.mark.filterwarnings("error")]


async def test_one():
    assert True
