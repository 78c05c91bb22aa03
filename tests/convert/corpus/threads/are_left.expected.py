from concurrent.futures import ThreadPoolExecutor


# TODO: not converted (threads), see docs/testing/converting.md#threads
def test_threads(client):
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(client.get, ["/health", "/nope"]))
    assert [answer.status_code for answer in answers] == [200, 404]
