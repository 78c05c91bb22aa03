"""Another app, for tests that have two."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/other")
async def other() -> str:
    return "other"
