"""The documents that a service gets show tests which pass there."""

from tests.conftest import Installed
from tests.docs.conftest import Shell
from tests.docs.edits import edit
from tests.docs.markdown import ROOT, blocks

FOLDER = ROOT / "template/docs/testing"
GIVEN = """
import asyncio, os, subprocess, sys
import asyncpg

given = os.environ.pop("DATABASE_URL").replace("+asyncpg", "")


async def databases():
    connection = await asyncpg.connect(given)
    rows = await connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
    await connection.close()
    return [row["datname"] for row in rows]


os.environ["GIVEN"] = given.replace("/postgres?", "/orders_test?")
subprocess.run(["sh", "-ec", sys.argv[1]], check=True)
print("databases:", asyncio.run(databases()))
"""


def test_complete_test_files_pass_in_a_service(shell: Shell) -> None:
    """Each block that is a whole file is written into a fresh service; its tests pass, its lint and types too."""
    found = [
        change
        for document in sorted(FOLDER.rglob("*.md"))
        for block in blocks(document.relative_to(ROOT), "python")
        if (change := edit(block)) is not None
    ]
    assert found

    for change in found:
        change.apply(shell.folder)

    files = " ".join(change.path for change in found if change.path.rpartition("/")[2].startswith("test_"))
    assert " passed" in shell(f"uv run pytest {files} tests/harness/access")
    shell(f"uv run ruff check {files}")
    shell(f"uv run mypy {files}")


def test_documents_are_formatted_as_the_service_formats(installed: Installed) -> None:
    """A user's first `poe fmt` leaves the template's documents alone: ruff formats code in Markdown too."""
    installed().succeed("ruff", "format", "--check", "docs")


def test_a_given_server_is_used(shell: Shell) -> None:
    """The command of one-loop.md runs on the server that it names, and leaves no database there."""
    (block,) = blocks((FOLDER / "one-loop.md").relative_to(ROOT), "sh")
    example = "postgresql://me:secret@localhost/orders_test"
    assert example in block.text

    # A server of our own stands for the reader's: `dev run` starts one and names it.
    command = block.text.strip().replace(example, '"$GIVEN"') + " tests/metrics"
    (shell.folder / "given.py").write_text(GIVEN)
    output = shell(f"uv run python -m tests.harness.dev run python given.py '{command}'")

    assert ": TEST_DATABASE_URL, one loop" in output
    assert "databases: ['postgres']" in output
