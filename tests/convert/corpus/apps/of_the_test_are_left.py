from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/")
def read():
    return {"msg": "Hello"}


def test_read():
    client = TestClient(app)
    assert client.get("/").json() == {"msg": "Hello"}
