"""`tests/harness/` and `docs/testing/` are the template's, everything else is the user's, and an update obeys."""

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
import yaml

from tests.conftest import Rendered
from tests.support import template
from tests.support.answers import CHOICES, ODD
from tests.support.environment import ROOT, commit_all, git, succeed, uv
from tests.updates.ownership import TEMPLATES, USERS, is_in

RENDERS = [{}, ODD, *({"ci": choice} for choice in CHOICES["service"]["ci"])]


@pytest.mark.parametrize("answers", RENDERS, ids=["default", "odd", *CHOICES["service"]["ci"]])
def test_every_rendered_path_has_one_owner(rendered: Rendered, answers: dict[str, str]) -> None:
    """A new file has no owner until the table of docs/ownership.md names it."""
    paths = template.files(rendered(**answers))

    owners = {path: (is_in(path, TEMPLATES), is_in(path, USERS)) for path in paths}

    assert {path: owner for path, owner in owners.items() if sum(owner) != 1} == {}


@pytest.mark.parametrize("entry", [*TEMPLATES, *USERS])
def test_the_table_names_nothing_that_is_not_there(rendered: Rendered, entry: str) -> None:
    paths = {path for answers in RENDERS for path in template.files(rendered(**answers))}

    assert [path for path in paths if is_in(path, (entry,))]


def allow_list(**answers: str) -> list[str]:
    """Return the lines of `_exclude` as Copier reads them on an update."""
    lines = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))["_exclude"]
    context = {**answers, "_copier_operation": "update", "_copier_conf": {"answers_file": ".copier-answers.yml"}}
    return [jinja2.Template(line, undefined=jinja2.StrictUndefined).render(context) for line in lines]


def test_the_table_and_the_allow_list_name_the_same() -> None:
    """`_exclude` lets through what the table says is the template's, and opens no other folder for good."""
    lines = allow_list(
        kind="service", tests_dir="tests", tests_top="tests", tests_middle="tests", conftest="conftest.py"
    )
    # A folder that is let in and shut again is only the way to what it holds.
    ways = {found[1] for line in lines if (found := re.fullmatch(r"/(\w+)/\*\*", line))}
    let_through = {line.removeprefix("!/") for line in lines if line.startswith("!/")} - ways

    assert let_through == {path.rstrip("/") for path in TEMPLATES}


@pytest.fixture(scope="module")
def releases(oneloop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two releases: 2.0.0 changes every file of 1.0.0, and adds one beside each."""
    folder = template.snapshot_of(oneloop, tmp_path_factory.mktemp("releases") / "oneloop")
    git(folder, "tag", "1.0.0")
    for path in [p for p in (folder / "template").rglob("*") if p.is_file()]:
        if "answers_file" not in path.name:
            path.write_bytes(path.read_bytes() + b"# 2.0.0\n")
            path.with_name(f"new_{path.name}").write_bytes(b"# new in 2.0.0\n")
    commit_all(folder, "Change everything", tag="2.0.0")
    return folder


@pytest.fixture
def service(releases: Path, tmp_path: Path) -> Iterator[Path]:
    """A service from 1.0.0, committed."""
    folder = template.render(releases, tmp_path / "service", ref="1.0.0")
    commit_all(folder, "Start")
    yield folder
    assert git(folder, "ls-files", "--unmerged") == "", "an update left a conflict"
    assert not list(folder.rglob("*.rej"))


class TestAnUpdate:
    def test_changes_the_templates_files_and_no_others(self, service: Path) -> None:
        before = template.files(service)

        template.update(service, ref="2.0.0")

        after = template.files(service)
        changed = {path for path in before if not path.startswith(".git/") and before[path] != after.get(path)}
        added = {path for path in after.keys() - before.keys() if not path.startswith(".git/")}
        assert changed == {path for path in before if is_in(path, TEMPLATES)}
        assert {path for path in added if not path.startswith(("tests/harness/", "docs/testing/"))} == set()
        assert "tests/harness/new___init__.py" in added
        assert b"_commit: 2.0.0" in after[".copier-answers.yml"]

    def test_leaves_every_byte_of_the_users_work(self, service: Path) -> None:
        """Edits in all of the user's files, files of their own, one that the release would add too, and deletions."""
        users = [p for p in template.files(service) if is_in(p, USERS)]
        deleted = [p for p in users if p.startswith(("src/my_service/documents/", "tests/metrics/"))] + ["README.md"]
        edited = [p for p in users if p not in deleted]
        for path in edited:
            text = (service / path).read_bytes()
            (service / path).write_bytes(b"# mine, above\n" + text + b"# mine, below")
        for path in deleted:
            (service / path).unlink()
        for path in ("src/my_service/orders.py", "src/my_service/new_main.py", "tests/test_orders.py", "docs/ours.md"):
            (service / path).parent.mkdir(exist_ok=True)
            (service / path).write_bytes(b"# ours\r\n")
        commit_all(service, "Work")
        before = template.files(service)

        template.update(service, ref="2.0.0")

        after = template.files(service)
        mine = {path for path in before if not path.startswith(".git/") and not is_in(path, TEMPLATES)}
        assert {path for path in mine if before[path] != after.get(path)} == set()
        assert [path for path in deleted if path in after] == []
        assert after["tests/harness/__init__.py"].endswith(b"# 2.0.0\n")

    def test_says_what_is_left_to_do(self, service: Path, capsys: pytest.CaptureFixture[str]) -> None:
        template.update(service, ref="2.0.0", quiet=False)

        said = capsys.readouterr().err
        assert "Run the tests: uv run poe test" in said
        assert 'Read "Change by hand"' in said

    def test_twice_changes_nothing(self, service: Path) -> None:
        template.update(service, ref="2.0.0")
        commit_all(service, "Update")

        template.update(service, ref="2.0.0")

        assert git(service, "status", "--porcelain") == ""

    def test_follows_an_answers_file_of_another_name(self, releases: Path, tmp_path: Path) -> None:
        folder = template.render(releases, tmp_path / "service", ref="1.0.0", answers_file=".oneloop.yml")
        commit_all(folder, "Start")

        template.update(folder, ref="2.0.0", answers_file=".oneloop.yml")

        assert "_commit: 2.0.0" in (folder / ".oneloop.yml").read_text()


def test_the_oldest_copier_that_is_let_in_copies_and_updates(releases: Path, tmp_path: Path) -> None:
    """`_min_copier_version` is a version that works, not a wish."""
    oldest = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))["_min_copier_version"]
    copier = [uv(), "run", "--quiet", "--no-project", "--with", f"copier=={oldest}", "copier"]
    service = tmp_path / "service"

    succeed(*copier, "copy", "--quiet", "--defaults", "--vcs-ref=1.0.0", releases, service, cwd=tmp_path)
    before = template.files(service)
    commit_all(service, "Start")
    succeed(*copier, "update", "--quiet", "--defaults", "--vcs-ref=2.0.0", cwd=service)

    after = template.files(service)
    assert {path for path in before if before[path] != after[path]} == {
        path for path in before if is_in(path, TEMPLATES)
    }
