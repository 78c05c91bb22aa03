"""The pages that a service gets are short, and every block of code on them works there."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.docs.conftest import Shell
from tests.docs.edits import Edit, edit
from tests.docs.markdown import ROOT, blocks
from tests.support.template import TESTS
from tests.updates.edits import edit as replace_once

PAGES = ROOT / "template/docs/testing"
RECIPES = PAGES / "recipes"
LOCKS = RECIPES / "database.md"
REDIS = RECIPES / "redis.md"
RENAME = RECIPES / "take-the-example-out.md"  # tests/service/test_without_examples.py
PLUGIN = ROOT / "template" / TESTS / "harness/oneloop"
CHECKS = "tests/harness/oneloop/checks"

GIVEN = """
import asyncio, os, subprocess, sys
import asyncpg
from oneloop.postgres import start_temporary

server = start_temporary()
given = server.url


async def databases():
    connection = await asyncpg.connect(given)
    rows = await connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
    await connection.close()
    return [row["datname"] for row in rows]


os.environ["GIVEN"] = given.replace("/postgres?", "/orders_test?")
subprocess.run(["sh", "-ec", sys.argv[1]], check=True)
print("databases:", asyncio.run(databases()))
server.stop()
"""


def edits(*pages: Path) -> list[Edit]:
    """Return what the blocks of these pages, or of all pages, do to a service."""
    found = (
        edit(block)
        for page in pages or sorted(PAGES.rglob("*.md"))
        for block in blocks(page.relative_to(ROOT), "python")
    )
    return [change for change in found if change is not None]


def packages(recipe: str) -> str:
    """Return the command that adds what a recipe needs."""
    (add,) = blocks((RECIPES / f"{recipe}.md").relative_to(ROOT), "sh")
    return add.text


def words(folder: Path) -> int:
    """Count the words of a folder's pages, as `wc -w` does."""
    return sum(len(page.read_text("utf-8").split()) for page in folder.glob("*.md"))


def test_pages_are_few_and_short() -> None:
    assert len(list(PAGES.glob("*.md"))) <= 10
    assert words(PAGES) <= 9000
    assert words(RECIPES) <= 6000


def test_agents_read_the_first_page() -> None:
    """AGENTS.md and the first page are one text, so that neither falls behind."""
    assert (ROOT / "template/AGENTS.md").read_text("utf-8") == (PAGES / "README.md").read_text("utf-8")


# Without a column in `tests/access.py` a new role fails, so it has a service of its own.
OF_A_NEW_ROLE = {"src/my_service/users/models.py", "tests/test_auditor.py"}


def test_every_block_works_in_one_service(shell: Shell) -> None:
    """All blocks together: every test of the service passes, and so do `poe check` and the plugin's own tests.

    The blocks override every fixture of the plugin and of the seam: see below.
    """
    alone = set(map(str, edits(REDIS, RENAME)))
    found = [change for change in edits() if change.path not in OF_A_NEW_ROLE and str(change) not in alone]

    for change in found:
        change.apply(shell.folder)

    # As `poe fmt` sorts new imports. A file that a block shows whole must be right as it is.
    shell(
        "uv run ruff check --fix-only --quiet src tests/conftest.py; uv run ruff format --quiet src tests/conftest.py"
    )
    shell(packages("endpoint"))
    assert " passed" in shell("uv run pytest --update-contract")
    assert "'httpx2' imported but" in shell("uv run deptry src 2>&1 || true")
    shell(packages("other-services"))
    shell("uv run poe check")
    assert " passed" in shell("uv run poe selftest")


def test_new_role_has_a_client_and_lacks_a_column(shell: Shell) -> None:
    """The test of the new role passes, and each entry of ACCESS without the role is named."""
    for change in edits():
        if change.path in OF_A_NEW_ROLE:
            change.apply(shell.folder)

    command = f"uv run pytest tests/test_auditor.py {CHECKS}/test_access.py -k 'auditor or declared_answer'"
    output = shell(f"{command} || true")

    assert "1 failed, 1 passed" in output
    assert re.search(r'Add to the Access of "GET /api/health":\n.* auditor=200,', output)


def test_lock_test_fails_without_the_lock(shell: Shell) -> None:
    """Planted: the documented handler without `with_for_update` archives a document twice."""
    routes = shell.folder / "src/my_service/documents/routes.py"
    for change in edits(LOCKS):
        if change.path in {"src/my_service/documents/routes.py", "tests/access.py", "tests/test_locks.py"}:
            change.apply(shell.folder)
    locked = routes.read_text("utf-8")
    routes.write_text(locked.replace(", with_for_update=True", ""), "utf-8")
    assert routes.read_text("utf-8") != locked

    output = shell("uv run pytest tests/test_locks.py || true")

    assert "assert [200, 200] == [200, 409]" in output


def test_redis_is_started_guarded_and_emptied(shell: Shell) -> None:
    """In a service of its own: a real Redis, from a package."""
    for change in edits(REDIS):
        change.apply(shell.folder)

    shell(packages("redis"))
    output = shell(f"uv run poe fmt; uv run pytest tests/test_visits.py {CHECKS}/test_access.py -k 'visits or redis'")

    assert "7 passed" in output


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("path", "good", "bad", "test"),
    [
        pytest.param("tests/conftest.py", "        await redis.flushall()", "        pass", "at_one[2]", id="wipe"),
        pytest.param(
            "tests/conftest.py", 'monkeypatch.setattr(Connection, "connect", refuse)', "refuse", "refused", id="guard"
        ),
    ],
)
def test_redis_without_its_wipe_or_guard_fails(shell: Shell, path: str, good: str, bad: str, test: str) -> None:
    for change in edits(REDIS):
        change.apply(shell.folder)
    shell(packages("redis"))
    assert "All checks passed" in shell("uv run poe fmt; uv run poe check")
    replace_once(shell.folder / path, good, bad)

    output = shell("uv run pytest tests/test_visits.py || true")

    assert re.search(rf"^FAILED .*{re.escape(test)}", output, re.MULTILINE)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("path", "good", "bad", "test"),
    [
        pytest.param("mails.py", "(skip_locked=True)", "()", "test_two_workers_send_a_mail_once", id="skip locked"),
        pytest.param(
            "mails.py", ".with_for_update(skip_locked=True)", "", "test_two_workers_send_a_mail_once", id="lock"
        ),
        pytest.param("worker.py", "if await session", "if True or await session", "deleted_once", id="schedule"),
        pytest.param("documents/changes.py", "await lost.wait()", "await asyncio.sleep(60)", "again", id="listener"),
    ],
)
def test_job_or_listener_without_its_care_fails(shell: Shell, path: str, good: str, bad: str, test: str) -> None:
    """Planted into the recipes."""
    for change in edits(PAGES / "overrides.md", LOCKS, RECIPES / "jobs.md"):  # in the order of their migrations
        change.apply(shell.folder)
    replace_once(shell.folder / "src/my_service" / path, good, bad)

    output = shell("uv run pytest tests/test_worker.py tests/test_changes.py || true")

    assert re.search(rf"^FAILED .*{test}", output, re.MULTILINE)


def test_recipe_shows_the_function_of_the_service() -> None:
    """An older service has no `tests/concurrency.py`, and copies it from the recipe."""
    (shown,) = (block for block in blocks(LOCKS.relative_to(ROOT), "python") if block.text.startswith("import asyncio"))
    service = (ROOT / "template" / TESTS / "concurrency.py").read_text("utf-8")

    assert shown.text.partition("\nWAITING = ")[2].rstrip() in service


# The plugin makes two of them, and tests/conftest.py the third: a service has no reason to replace them.
NOT_OVERRIDDEN = {"database_url", "second_database", "session_factory_dependency"}


def fixtures(text: str) -> set[str]:
    """Return the names of the public fixtures in a piece of Python."""
    return {
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
        and not node.name.startswith("_")
    }


def seam_fixtures() -> set[str]:
    """Return the names of the fixtures by which a service tells the plugin about itself."""
    (names,) = (
        ast.literal_eval(node.value)
        for node in ast.parse((PLUGIN / "seam.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FIXTURES"
    )
    return set(names)


def test_every_fixture_of_the_plugin_is_overridden_in_some_block() -> None:
    """A new fixture needs an example of how it is overridden, or a reason above."""
    given = set().union(*(fixtures(path.read_text("utf-8")) for path in (PLUGIN / "fixtures").glob("*.py")))
    given |= seam_fixtures()
    shown = set().union(*(fixtures(change.text) for change in edits() if change.how in {"new", "in place"}))

    assert {"settings", "kept_tables", "async_client"} <= given
    assert given - shown == NOT_OVERRIDDEN


def error_classes() -> set[str]:
    """Return the names of all error classes of the plugin."""
    return {
        node.name
        for path in PLUGIN.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    }


OF_LIBRARIES = {"BlockingError", "RuntimeError", "WebSocketUpgradeError"}


@pytest.mark.parametrize("page", ["clients", "isolation", "overrides", "access", "live", "leaks", "migration"])
def test_named_errors_exist(page: str) -> None:
    """A page names an error as the plugin, or a library, does."""
    named = set(re.findall(r"`(\w+Error)`", (PAGES / f"{page}.md").read_text("utf-8")))

    assert named
    assert named - error_classes() - OF_LIBRARIES == set()


def test_documents_are_formatted_as_the_service_formats(installed: Installed) -> None:
    """A user's first `poe fmt` changes no page: ruff formats code in Markdown too."""
    installed().succeed("ruff", "format", "--check", "docs", "AGENTS.md")


def test_a_given_server_is_used(shell: Shell) -> None:
    """The command of isolation.md uses the server that it names, and leaves no database there."""
    (block,) = blocks((PAGES / "isolation.md").relative_to(ROOT), "sh")
    example = "postgresql://me:secret@localhost/orders_test"
    assert example in block.text

    # A server of our own in place of the reader's.
    command = block.text.strip().replace(example, '"$GIVEN"') + " tests/test_metrics.py"
    (shell.folder / "given.py").write_text(GIVEN)
    # A machine that is busy would keep the template of its slow migrations, except in CI.
    output = shell(f"CI=1 uv run python given.py '{command}'")

    assert re.search(r": TEST_DATABASE_URL, plain role '\w+', made for this run, one loop", output)
    assert "databases: ['postgres']" in output


PROMISES = ROOT / "template/docs/testing/promises.md"
MOST_LINES_OF_THE_PROMISES = 60


def test_each_promise_has_a_row_and_says_what_it_means_for_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \| \*\*.+?\*\*.* \| (.+) \|$", PROMISES.read_text(), re.MULTILINE)

    assert [int(number) for number, _ in rows] == list(range(1, 21))
    assert all(meaning.endswith(".") for _, meaning in rows)


def test_page_of_promises_is_short() -> None:
    assert len(PROMISES.read_text().splitlines()) <= MOST_LINES_OF_THE_PROMISES
