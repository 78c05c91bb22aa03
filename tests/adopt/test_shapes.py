"""Shapes of an app that no sample has: hooks in place of a lifespan, and an app mounted in another."""

from pathlib import Path

import pytest

from tests.adopt.sample import AdoptSample

SHAPES = """
happened = []


@app.on_event("startup")
async def remember_start() -> None:
    happened.append("started")


@app.on_event("shutdown")
async def remember_end() -> None:
    with open("ended.txt", "w") as file:
        file.write(f"{happened} ended")


inner = FastAPI()


@inner.post("/users")
async def add(db: Annotated[AsyncSession, Depends(get_db)]) -> None:
    db.add(User(email="inner@test.com", username="inner", role="writer", hashed_password="none"))
    await db.commit()


@inner.get("/users")
async def count(db: Annotated[AsyncSession, Depends(get_db)]) -> int:
    return await db.scalar(select(func.count()).select_from(User)) or 0


app.mount("/inner", inner)
"""
TESTS = """
import pytest


@pytest.mark.parametrize("turn", range(3))
async def test_of_the_inner_app(turn, async_client):
    from app.main import happened

    assert (await async_client.get("/inner/users")).json() == 0
    assert (await async_client.post("/inner/users")).status_code == 200
    assert (await async_client.get("/inner/users")).json() == 1
    assert happened == ["started"]
"""


@pytest.mark.parametrize(
    "how", [(), pytest.param(("--live",), marks=pytest.mark.nightly)], ids=["in the process", "live"]
)
def test_hooks_run_once_and_a_mounted_app_is_isolated(
    adopt_sample: AdoptSample, tmp_path: Path, how: tuple[str, ...]
) -> None:
    """The old hooks run as a lifespan does, and the rows of a mounted app are deleted like the app's own."""
    shaped = adopt_sample("brief").copy(tmp_path / "shaped")
    with (shaped.root / "app/main.py").open("a") as main:
        main.write(SHAPES)
    (shaped.root / "tests/test_shapes.py").write_text(TESTS)

    ended = shaped.pytest(*how, "tests/test_shapes.py")

    assert len(ended.having("passed")) == 3, ended.output
    assert (shaped.root / "ended.txt").read_text() == "['started'] ended"
