from functools import wraps


def twice(test):
    @wraps(test)
    def wrapper(*args, **kwargs):
        test(*args, **kwargs)
        return test(*args, **kwargs)

    return wrapper


@twice
def test_health(client):
    assert client.get("/health").status_code == 200
