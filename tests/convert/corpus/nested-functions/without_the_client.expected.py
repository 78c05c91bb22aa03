async def test_nested(async_client):
    def double(number):
        return number * 2

    assert double((await async_client.get("/health")).status_code) == 400
