def drive(client):
    return client.get("/count")
