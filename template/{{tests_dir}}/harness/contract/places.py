"""Where the snapshot is, and how it is written anew."""

from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
SNAPSHOT = TESTS / "contract" / "openapi.json"
GENERATED = HERE / "test_generated.py"
COMPARED = HERE / "test_snapshot.py"


def shown(path: Path) -> str:
    """Return `path` as it is written on a command line in the service's folder."""
    return path.relative_to(TESTS.parent).as_posix()


UPDATE = f"uv run pytest {shown(HERE)} --update-contract"
