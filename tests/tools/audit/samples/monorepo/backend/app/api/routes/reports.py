from fastapi import APIRouter

router = APIRouter()


@router.get("/year/{year:int}")
def report(year: int) -> dict[str, int]:
    return {"year": year}
