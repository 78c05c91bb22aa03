from .step import ServiceFiles, Step
from .text_edits import below

COPY = "COPY pyproject.toml uv.lock ./"
LINES = """\
# The lock file is checked against this one too, though nothing of the tests is installed.
COPY tests/harness/pyproject.toml ./tests/harness/
"""
ALLOWED = "!tests/harness/pyproject.toml"


def change(files: ServiceFiles) -> None:
    docker, ignored = files.read("Dockerfile"), files.read(".dockerignore")
    if docker is None or "tests/harness/pyproject.toml" in docker or "uv sync" not in docker or "COPY . ." in docker:
        return
    if COPY not in docker:
        files.leave("Dockerfile", "`uv sync --locked` needs this file before it runs.", LINES.splitlines()[1])
    files.write("Dockerfile", below(docker, COPY, LINES))
    if ignored is not None and ALLOWED not in ignored:
        files.write(".dockerignore", f"{ignored.rstrip()}\n{ALLOWED}\n")


STEP = Step(
    "0.4.0",
    "Copy the test plugin's pyproject.toml into the image",
    "`uv sync --locked` reads it, though nothing of the tests is installed there.",
    change,
)
