"""A user may delete every example, and the tests stay green; the steps are those of the page."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.docs.edits import edit
from tests.docs.markdown import FENCE, ROOT, blocks
from tests.support.deletion import delete_names
from tests.support.environment import succeed
from tests.support.overlay import Overlay

CONTRACT = "tests/harness/oneloop/checks/test_contract.py"
PAGE = ROOT / "template/docs/testing/recipes/take-the-example-out.md"
TEXT, RENAME = PAGE.read_text("utf-8").split("\n## Rename a role\n")
CODE = re.compile(r"`([^`]+)`")
DELETED = CODE.findall(next(line for line in TEXT.splitlines() if line.startswith("1. ")))
ROWS = {
    cells[0]: cells[1:] for line in TEXT.splitlines() if line.startswith("   | `") and (cells := CODE.findall(line))
}
(LAST_STEP,) = (
    match["text"].split("\n") for match in re.finditer(FENCE.pattern.replace("^", "^ *"), TEXT, FENCE.flags)
)


@pytest.fixture(scope="module")
def without(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    """Return a service whose documents are deleted, by the first two steps of the page."""
    project = Overlay.of(installed(), tmp_path_factory.mktemp("without") / "service")
    for name in DELETED:
        path = project.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, names in ROWS.items():
        path = project.root / name
        path.write_text(delete_names(path.read_text("utf-8"), names), "utf-8")
    format_code(project)
    return project


def format_code(project: Overlay) -> None:
    """Run `poe fmt`."""
    succeed(project.python, "-m", "ruff", "check", "--fix-only", "--quiet", cwd=project.root)
    succeed(project.python, "-m", "ruff", "format", "--quiet", cwd=project.root)


def test_page_is_read() -> None:
    assert (len(DELETED), len(ROWS)) == (3, 7)
    assert [line.strip() for line in LAST_STEP if line.strip()] == [
        "uv run poe fmt",
        "uv run pytest --update-contract",
        "uv run poe check",
    ]


def test_documents_can_be_deleted(without: Overlay) -> None:
    """The failure of the contract names the command that renews it. After it all is green."""
    status, stale = without.output(CONTRACT)
    assert status == 1
    assert f"uv run pytest {CONTRACT} --update-contract" in stale

    done = without.pytest("--update-contract")

    assert done.exit_status == 0, done.output
    assert set(done.ended.values()) == {"passed"}


@pytest.mark.nightly
@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy", "deptry src"])
def test_the_rest_is_linted_and_typed(without: Overlay, tool: str) -> None:
    succeed(without.python, "-m", *tool.split(), cwd=without.root, env=without.environment)


@pytest.mark.nightly
def test_the_plugins_checks_alone_stay_green(without: Overlay, tmp_path: Path) -> None:
    """Without any test of the service; only the files are left that the plugin reads."""
    bare = Overlay(without.original, Path(shutil.copytree(without.root, tmp_path / "bare")))
    assert bare.output(CONTRACT, "--update-contract")[0] == 0
    for folder in ("auth", "users"):
        shutil.rmtree(bare.root / "tests" / folder)
    for path in (bare.root / "tests").glob("test_*.py"):
        path.unlink()

    done = bare.pytest()

    assert done.exit_status == 0, done.output
    assert set(done.ended.values()) == {"passed"}


def test_role_can_be_renamed(changed: Overlay) -> None:
    """The commands and the fixture of the page, in its order."""
    (rename,) = (block for block in blocks(PAGE.relative_to(ROOT), "sh") if block.text in RENAME)
    (fixture,) = blocks(PAGE.relative_to(ROOT), "python")
    change = edit(fixture)
    assert change is not None

    succeed("sh", "-ec", rename.text, cwd=changed.root)
    change.apply(changed.root)
    format_code(changed)
    done = changed.pytest("--update-contract")

    assert done.exit_status == 0, done.output
    assert any("as member" in name for name in done.having("passed"))
