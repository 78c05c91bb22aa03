async def test_consumed(async_client):
    paths = ["/health", "/nope"]
    assert sum([(await async_client.get(path)).json() == {"status": "healthy"} for path in paths]) == 1
    assert sorted([(await async_client.get(path)).status_code for path in paths]) == [200, 404]
    assert [(await async_client.get(path)).status_code for path in paths] == [200, 404]
    assert {(await async_client.get(path)).status_code for path in paths} == {200, 404}
    assert ",".join([(await async_client.get(path, follow_redirects=True)).reason_phrase for path in paths]) == "OK,Not Found"
