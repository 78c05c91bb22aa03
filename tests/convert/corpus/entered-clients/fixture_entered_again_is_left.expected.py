# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_again(client):
    with client as entered:
        assert entered.get("/health").status_code == 200
