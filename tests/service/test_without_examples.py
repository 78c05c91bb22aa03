"""A user may delete every example, as a stranger would who follows the pages, and stays green."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.project import Project

TABLES = r"""    op\.create_table\(
        "(?:documents|searches)",
.*?(?=    op\.create_table\(
        "refresh_tokens")"""
FACTORY = r"\n\nasync def create_document\(.*"
ARRANGED = r"async def own_document\(.*?(?=ACCESS = )"
COUNTED = r"                select\(func\.count\(\)\)\.select_from\((?:Document|Search)\)\.scalar_subquery\(\),\n"


@pytest.fixture(scope="module")
def without(typed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service whose documents are deleted: the noun's folders, and what else speaks of them."""
    project = typed.copy(tmp_path_factory.mktemp("without") / "service")
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
    project.succeed("poe", "fmt")
    return project


def cut(path: Path, pattern: str) -> str:
    """Return the text of a file without what matches."""
    text, found = re.subn(pattern, "", path.read_text(), flags=re.DOTALL)
    assert found, f"{path.name} has no {pattern!r}"
    return text


def test_documents_can_be_deleted(without: Project) -> None:
    """The snapshot is renewed by the command that its failure names; after that all is green, and clean."""
    stale = without.run("pytest", "-q", "tests/harness/contract")
    assert stale.returncode == 1
    assert "uv run pytest tests/harness/contract --update-contract" in stale.stdout
    without.succeed("pytest", "-q", "tests/harness/contract", "--update-contract")

    done = without.run("pytest", "-q", "-ra")

    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout.splitlines()[-1]
    without.succeed("poe", "check")


def test_the_harness_alone_stays_green(without: Project, tmp_path: Path) -> None:
    """What is left are the template's tests, and the two files of the user's that they read."""
    bare = without.copy(tmp_path / "bare")
    for folder in ("auth", "users"):
        shutil.rmtree(bare.root / "tests" / folder)
    for path in (bare.root / "tests").glob("test_*.py"):
        path.unlink()

    done = bare.run("pytest", "-q", "-ra")

    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout.splitlines()[-1]
