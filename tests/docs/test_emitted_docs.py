"""The documents that a service gets show tests which pass there."""

import ast
import re

from tests.docs.conftest import Shell
from tests.docs.edits import Edit, edit
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


def edits() -> list[Edit]:
    """Return what the pages' blocks do to a service, page by page."""
    found = (
        edit(block)
        for document in sorted(FOLDER.rglob("*.md"))
        for block in blocks(document.relative_to(ROOT), "python")
    )
    return [change for change in found if change is not None]


# A new role is red until `tests/access.py` has its column, so it has a service of its own.
OF_A_NEW_ROLE = {"src/my_service/users/models.py", "tests/test_auditor.py"}


def test_every_block_works_in_one_service(shell: Shell) -> None:
    """All are written into a fresh service; their tests pass, beside those on tables and access, and its checks."""
    found = [change for change in edits() if change.path not in OF_A_NEW_ROLE]

    for change in found:
        change.apply(shell.folder)

    # As `poe fmt` does, so that new imports come in order; a file that a block shows whole has to be right as it is.
    shell(
        "uv run ruff check --fix-only --quiet src tests/conftest.py; uv run ruff format --quiet src tests/conftest.py"
    )
    files = " ".join(change.path for change in found if change.path.rpartition("/")[2].startswith("test_"))
    assert " passed" in shell(f"uv run pytest {files} tests/harness/access tests/harness/promises/test_migrations.py")
    shell("uv run poe check")


def test_new_role_has_a_client_and_lacks_a_column(shell: Shell) -> None:
    """What access.md shows: the new role's own test passes, and each entry of ACCESS is named that lacks it."""
    for change in edits():
        if change.path in OF_A_NEW_ROLE:
            change.apply(shell.folder)

    command = "uv run pytest tests/test_auditor.py tests/harness/access/test_access.py -k 'auditor or declared_answer'"
    output = shell(f"{command} || true")

    assert "1 failed, 1 passed" in output
    assert re.search(r'Add to the Access of "GET /api/health":\n.* auditor=200,', output)


# What the harness makes and nobody replaces: the role clients come of `client_as`.
NOT_OVERRIDDEN = {"admin_client", "database_url", "editor_client", "second_database", "writer_client"}


def fixtures(text: str) -> set[str]:
    """Return the names of the fixtures that a piece of Python makes."""
    return {
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    }


def test_every_fixture_of_the_harness_is_overridden_in_some_block() -> None:
    """The seam's eleven and what tests take: whoever adds a fixture shows how it is overridden, or says why not."""
    given = {
        alias.name
        for node in ast.parse((ROOT / "template/conftest.py").read_text()).body
        if isinstance(node, ast.ImportFrom) and "fixtures" in str(node.module)
        for alias in node.names
        if not alias.name.startswith("_")
    }
    shown = set().union(*(fixtures(change.text) for change in edits() if change.how in {"new", "in place"}))

    assert {"settings", "kept_tables", "async_client"} <= given
    assert given - shown == NOT_OVERRIDDEN


def test_documents_are_formatted_as_the_service_formats(shell: Shell) -> None:
    """A user's first `poe fmt` leaves the template's documents alone: ruff formats code in Markdown too."""
    shell("uv run ruff format --check docs")


def test_a_given_server_is_used(shell: Shell) -> None:
    """The command of one-loop.md runs on the server that it names, and leaves no database there."""
    (block,) = blocks((FOLDER / "one-loop.md").relative_to(ROOT), "sh")
    example = "postgresql://me:secret@localhost/orders_test"
    assert example in block.text

    # A server of our own stands for the reader's: `dev run` starts one and names it.
    command = block.text.strip().replace(example, '"$GIVEN"') + " tests/metrics"
    (shell.folder / "given.py").write_text(GIVEN)
    output = shell(f"uv run python -m tests.harness.dev run python given.py '{command}'")

    assert "harness: TEST_DATABASE_URL" in output
    assert "databases: ['postgres']" in output
