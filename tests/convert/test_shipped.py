"""Who gets the converter: a project of an existing suite, and no new service; and it is as clean as all the rest."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Rendered
from tests.convert.snippets import converter
from tests.support import template
from tests.support.environment import ROOT, commit_all
from tests.support.project import Project

CONVERT = "tests/harness/convert/"
PAGE = "docs/testing/converting.md"
REASONS = [*converter("reasons").REASONS, *converter("reasons").NOTES]


@pytest.fixture(scope="module")
def with_harness(oneloop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template in two releases: the second changes the converter."""
    folder = template.snapshot_of(oneloop, tmp_path_factory.mktemp("kinds") / "oneloop")
    commit_all(folder, "One", tag="1.0.0")
    for path in (folder / "template" / template.TESTS / "harness/convert/__init__.py", folder / "template" / PAGE):
        path.write_bytes(path.read_bytes() + b"# 2.0.0\n")
    commit_all(folder, "Two", tag="2.0.0")
    return folder


def test_a_new_service_has_none_of_it(rendered: Rendered) -> None:
    paths = template.files(rendered())

    assert [path for path in paths if path.startswith(CONVERT) or path == PAGE] == []
    assert [path for path in paths if path.startswith("tests/harness/policy/")]


@pytest.mark.parametrize(("kind", "has_it"), [("harness", True), ("service", False)])
def test_a_copy_and_an_update_bring_it_by_kind(with_harness: Path, tmp_path: Path, kind: str, *, has_it: bool) -> None:
    """It is the template's: where it is, an update renews it; where it is not, none brings it."""
    folder = template.render(with_harness, tmp_path / "project", {"kind": kind}, ref="1.0.0")
    commit_all(folder, "Start")
    before = template.files(folder)

    template.update(folder, ref="2.0.0")

    after = template.files(folder)
    for name in (f"{CONVERT}__init__.py", PAGE):
        assert (name in before) is has_it
        assert after.get(name, b"").endswith(b"# 2.0.0\n") is has_it


def test_it_is_linted_formatted_and_typed_as_a_service_is(typed: Project, tmp_path: Path) -> None:
    """By the service's own settings, with LibCST and without it."""
    project = typed.copy(tmp_path / "service")
    shutil.copytree(ROOT / "template/{{tests_dir}}/harness/convert", project.root / CONVERT)
    shutil.copytree(ROOT / "template/{{tests_dir}}/harness/audit", project.root / "tests/harness/audit")
    shutil.copy(ROOT / "template" / PAGE, project.root / PAGE)

    project.succeed("ruff", "check", CONVERT)
    project.succeed("ruff", "format", "--check", CONVERT, PAGE)
    project.succeed("mypy")
    project.succeed("--with", "libcst", "mypy")


def test_libcst_is_imported_in_one_place() -> None:
    """So that nothing but the converter needs it."""
    harness = ROOT / "template/{{tests_dir}}/harness"
    importing = [
        path for path in harness.rglob("*.py") if re.search(r"^\s*(import|from) libcst", path.read_text(), re.MULTILINE)
    ]

    assert [path.relative_to(harness).as_posix() for path in importing] == ["convert/syntax.py"]


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_has_its_place_on_the_page(reason: str) -> None:
    text = (ROOT / "template" / PAGE).read_text()

    assert re.search(rf"^### {re.escape(reason.replace('-', ' '))}$", text, re.MULTILINE | re.IGNORECASE), reason


@pytest.mark.parametrize("reason", converter("reasons").REASONS)
def test_a_comment_fits_into_a_line(reason: str) -> None:
    """In a method too: what the converter writes, the service's linter takes."""
    reasons = converter("reasons")
    comment = converter("todo").comment_for(reasons.Doubt(reason, None))

    assert len(f"    {comment}") <= 100
