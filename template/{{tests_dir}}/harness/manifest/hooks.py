"""What a run says of edited files of the template's: the tests judge the service by them."""

from .hashes import difference

COMMAND = "uv run python -m tests.harness.manifest"


def pytest_report_header() -> str | None:
    """Count them; the verb names them."""
    found = difference()
    if not found:
        return None
    number = len([*found.edited, *found.missing, *found.added])
    files = "file is" if number == 1 else "files are"
    return f"harness: {number} {files} not as released; {COMMAND}"
