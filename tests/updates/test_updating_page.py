"""docs/updating.md works: each of its commands runs here, in its order."""

from pathlib import Path

import pytest

from tests.docs.conftest import Shell
from tests.docs.markdown import blocks
from tests.support import template
from tests.support.environment import commit_all, git, interpreter
from tests.support.project import Project
from tests.updates.busy_user import adds_a_domain
from tests.updates.conftest import Fresh, Old
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, NEXT

PAGE = Path("docs/updating.md")
(LINK,) = (block.text for block in blocks(PAGE, "sh") if "copier copy" in block.text)

pytestmark = pytest.mark.nightly


def filled(command: str, release: str, address: Path) -> str:
    return command.replace("RELEASE", release).replace("ADDRESS", str(address))


def test_its_commands_work_in_their_order(old: Old, repository: Path) -> None:
    """Preview, update, go on; revert; set half of an update aside; take a certain release."""
    root = Project(old(NEXT), interpreter("3.11")).install().root
    shell = Shell(root, interpreter("3.11"))
    update, preview, revert, go_on, set_aside, to_release, _ = (
        block.text for block in blocks(PAGE, "sh") if "copier copy" not in block.text
    )
    commit_all(root, "Lock")
    before, start = git(root, "rev-parse", "HEAD^{tree}"), git(root, "rev-parse", "HEAD")

    previewed = shell(preview)
    assert git(root, "rev-parse", "HEAD^{tree}") == before
    said = shell(update.replace("update", "update --yes"))
    assert f"Committed: Update Oneloop {NEXT} → {FIX}" in said
    assert git(root, "rev-parse", "HEAD^{tree}") in previewed
    assert "passed" in said
    assert "No step is due" in shell(go_on)
    shell(revert.replace("COMMIT", start))
    assert git(root, "rev-parse", "HEAD^{tree}") == before
    (root / "README.md").write_text("half of it\n")
    shell(set_aside)
    assert git(root, "status", "--porcelain") == ""
    assert f"Committed: Update Oneloop {NEXT} → {FIX}" in shell(filled(to_release, FIX, repository))


def test_a_service_that_was_copied_by_hand_is_linked(old: Old, fresh: Fresh, repository: Path) -> None:
    """The command writes one file and changes none. Then updates arrive."""
    service = old(NEXT, adds_a_domain)
    (service / ".copier-answers.yml").unlink()
    commit_all(service, "Copy")
    before = contents(service)

    Shell(service)(filled(LINK, NEXT, repository).replace(" copy ", " copy --data project_name=Orders "))

    answers = (service / ".copier-answers.yml").read_text()
    assert git(service, "status", "--porcelain") == "?? .copier-answers.yml"
    assert f"_commit: {NEXT}\n" in answers
    assert "project_name: Orders\n" in answers
    commit_all(service, "Link")
    template.update(service, ref=FIX)
    assert look(service, before, fresh(FIX)).lost == CLEAN.lost
    assert (service / "tests/harness/oneloop/plugin.py").read_text().endswith(f"# {FIX}\n")
