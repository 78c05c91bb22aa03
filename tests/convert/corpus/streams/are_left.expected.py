# TODO: not converted (streams), see docs/testing/converting.md#streams
def test_stream(client):
    with client.stream("GET", "/stream") as response:
        assert [line for line in response.iter_lines()] == ["a", "b"]
