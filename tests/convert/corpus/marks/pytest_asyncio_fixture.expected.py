import pytest


@pytest.fixture
async def number():
    return 1


@pytest.fixture(name="two")
async def _two():
    return 2


async def test_numbers(number, two):
    assert number + two == 3
