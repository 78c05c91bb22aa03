"""A user may delete every example, and the tests stay green."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import succeed
from tests.support.overlay import Overlay

CONTRACT = "tests/harness/oneloop/checks/test_contract.py"
TABLES = r"""    op\.create_table\(
        "(?:documents|searches)",
.*?(?=    op\.create_table\(
        "refresh_tokens")"""
FACTORY = r"\n\nasync def create_document\(.*"
ARRANGED = r"async def own_document\(.*?(?=ACCESS = )"
COUNTED = r"                select\(func\.count\(\)\)\.select_from\((?:Document|Search)\)\.scalar_subquery\(\),\n"


@pytest.fixture(scope="module")
def without(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    """Return a service whose documents are deleted: their folders, and what else refers to them."""
    project = Overlay.of(installed(), tmp_path_factory.mktemp("without") / "service")
    package = project.root / "src/my_service"
    shutil.rmtree(package / "documents")
    shutil.rmtree(project.root / "tests/documents")
    (project.root / "tests/test_database.py").unlink()  # posts a document, to see its commit fail
    (project.root / "tests/test_metrics.py").write_text(
        cut(project.root / "tests/test_metrics.py", r"\n\nclass TestGetMetrics.*")
        .replace(
            "from sqlalchemy.ext.asyncio import AsyncSession\n\nfrom tests.factories import create_document\n", "\n"
        )
        .replace('        assert "total_documents" in data\n        assert "total_queries" in data\n', "")
    )
    (package / "main.py").write_text(
        cut(package / "main.py", r"from \.documents\.routes import router as documents\n").replace("documents, ", "")
    )
    (package / "metrics.py").write_text(
        cut(
            package / "metrics.py",
            r"from \.documents\.models import Document, Search\n|    total_\w+: int\n|" + COUNTED,
        ).replace(", total_documents=row[1], total_queries=row[2]", "")
    )
    migrations = project.root / "migrations"
    (migrations / "env.py").write_text(cut(migrations / "env.py", r"from my_service\.documents import [^\n]*\n"))
    initial = migrations / "versions/2026_11_23_initial.py"
    initial.write_text(cut(initial, TABLES).replace('"searches", "documents", ', ""))
    factories = project.root / "tests/factories.py"
    factories.write_text(cut(factories, r"from my_service\.documents[^\n]*\n|" + FACTORY))
    access = project.root / "tests/access.py"
    text = cut(access, r"from tests\.factories import create_document\n|" + ARRANGED)
    text = re.sub(r'    "\w+ /api/documents[^"]*": Access\(.*?\),\n(?=    "|\})', "", text, flags=re.DOTALL)
    access.write_text(re.sub(r"NEW_(?:DOCUMENT|TITLE) = [^\n]*\n", "", text))
    succeed(project.python, "-m", "ruff", "check", "--fix-only", "--quiet", cwd=project.root)
    succeed(project.python, "-m", "ruff", "format", "--quiet", cwd=project.root)
    return project


def cut(path: Path, pattern: str) -> str:
    """Return the text of a file without what matches."""
    text, found = re.subn(pattern, "", path.read_text(), flags=re.DOTALL)
    assert found, f"{path.name} has no {pattern!r}"
    return text


def test_documents_can_be_deleted(without: Overlay) -> None:
    """The failure of the contract names the command that renews it. After it all is green."""
    status, stale = without.output(CONTRACT)
    assert status == 1
    assert f"uv run pytest {CONTRACT} --update-contract" in stale
    assert without.output(CONTRACT, "--update-contract")[0] == 0

    done = without.pytest()

    assert done.exit_status == 0, done.output
    assert set(done.ended.values()) == {"passed"}


@pytest.mark.nightly
@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy"])
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
