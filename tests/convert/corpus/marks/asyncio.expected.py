import pytest


async def test_one():
    assert True


class TestTwo:
    # It has a mark.
    @pytest.mark.filterwarnings("error")
    async def test_two(self):
        assert True
