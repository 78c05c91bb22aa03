"""docs/updating.md works: each of its commands is run here, in its order."""

from pathlib import Path

import pytest

from tests.conftest import Once
from tests.docs.conftest import Shell
from tests.docs.markdown import blocks
from tests.support import template
from tests.support.environment import commit_all, git
from tests.support.interpreters import interpreter
from tests.support.project import Project
from tests.upkeep.conftest import CHANGED, NEW, Service

PAGE = Path("docs/updating.md")
LINK, MOVE = [block.text for block in blocks(PAGE, "sh") if "copier copy" in block.text]


def filled(command: str, release: str, address: Path) -> str:
    return command.replace("RELEASE", release).replace("ADDRESS", str(address))


def test_its_commands_work_in_their_order(once: Once, releases: Path, tmp_path: Path) -> None:
    """Update, look, commit; update and undo; go back; name the edited files; take one release."""

    def make(folder: Path) -> None:
        Project(template.render(releases, folder, ref="0.4.0"), interpreter("3.11")).install()

    root = Project(once("service-of-0.4.0", make), interpreter("3.11")).copy(tmp_path / "service").root
    service, shell = Service(root), Shell(root, interpreter("3.11"))
    update, look, commit, undo, revert, manifest, to_release = (
        block.text for block in blocks(PAGE, "sh") if "copier copy" not in block.text
    )
    service.commit()
    before = git(root, "rev-parse", "HEAD^{tree}")

    assert "harness 0.4.0 -> 0.5.0" in shell(update)
    assert "A fix. " in shell(look)
    shell(undo)
    assert git(root, "status", "--porcelain") == ""
    shell(update)
    shell(commit)
    assert git(root, "status", "--porcelain") == ""
    shell(revert)
    assert git(root, "rev-parse", "HEAD^{tree}") == before
    assert "every file is as it was released" in shell(manifest)
    assert "harness 0.4.0 -> 0.5.0" in shell(filled(to_release, "0.5.0", releases))


class TestALink:
    @pytest.fixture
    def by_hand(self, service: Service) -> Service:
        """A service that somebody copied, from 0.4.0: without the file that says so, and with work of their own."""
        (service.root / ".copier-answers.yml").unlink()
        service.edit("README.md", "#", "# Ours:")
        service.commit()
        return service

    def test_writes_one_file_and_then_updates_arrive(self, by_hand: Service, releases: Path) -> None:
        before = template.files(by_hand.root)

        Shell(by_hand.root)(filled(LINK, "0.4.0", releases))

        after = template.files(by_hand.root)
        assert {path for path in before if before[path] != after.get(path)} == set()
        assert after.keys() - before.keys() == {".copier-answers.yml"}
        assert b"_commit: 0.4.0\n" in after[".copier-answers.yml"]

        by_hand.commit()
        done = by_hand.verb("update")

        assert done.returncode == 0, done.stdout
        assert by_hand.read(CHANGED).startswith('"""A fix. ')
        assert (by_hand.root / NEW).exists()
        assert by_hand.read("README.md").startswith("# Ours:")
        assert by_hand.verb("manifest").returncode == 0

    def test_takes_the_answers_that_are_given(self, by_hand: Service, releases: Path) -> None:
        Shell(by_hand.root)(filled(LINK, "0.4.0", releases).replace(" copy ", " copy --data package_name=orders "))

        assert "package_name: orders\n" in by_hand.read(".copier-answers.yml")

    def test_is_what_the_refused_verb_tells(self, by_hand: Service, releases: Path) -> None:
        """The verb's own advice, with the address put in, does the same."""
        refused = by_hand.verb("update").stdout
        command = next(line for line in refused.splitlines() if "copier copy" in line)

        Shell(by_hand.root)(command.replace("ADDRESS", str(releases)))

        assert git(by_hand.root, "status", "--porcelain") == "?? .copier-answers.yml"


def test_a_template_that_has_moved_is_found_again(service: Service, releases: Path, tmp_path: Path) -> None:
    """One line of one file changes, and the answers stay."""
    service.edit(".copier-answers.yml", "project_name: My Service", "project_name: Orders")
    service.commit()
    moved = template.snapshot_of(releases, tmp_path / "moved")

    Shell(service.root)(filled(MOVE, "0.4.0", moved))

    assert git(service.root, "diff", "--numstat", "HEAD") == "1\t1\t.copier-answers.yml"
    assert f"_src_path: {moved}\n" in service.read(".copier-answers.yml")
    commit_all(service.root, "Move")
    assert service.verb("update").returncode == 0
