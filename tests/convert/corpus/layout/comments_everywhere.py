# At the top.
"""Not a docstring, for a comment is above it."""
# Before the import.
import pytest  # with a reason


# Above the test.
@pytest.mark.parametrize("path", ["/health"])  # one path
# Between.
def test_comments(  # after the bracket
    client,  # the client
    path,  # the path
):  # after the colon
    # Above the call.
    response = client.get(path)  # beside the call
    # Below it.

    assert response.status_code == 200  # the end
    # The last word.


# Below all.
