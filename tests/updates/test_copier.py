"""What depends on Copier itself: its oldest version, its answers file's name, its last words."""

from pathlib import Path

import pytest
import yaml

from tests.support import template
from tests.support.environment import ROOT, commit_all, succeed, uv
from tests.updates.conftest import Fresh, Old
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, FROM


@pytest.mark.nightly
def test_the_oldest_that_is_let_in_copies_and_updates(repository: Path, fresh: Fresh, tmp_path: Path) -> None:
    """`_min_copier_version` is a version that works, not a wish."""
    oldest = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))["_min_copier_version"]
    copier = [uv(), "run", "--quiet", "--no-project", "--with", f"copier=={oldest}", "copier"]
    service = tmp_path / "service"

    succeed(*copier, "copy", "--quiet", "--defaults", f"--vcs-ref={FROM[0]}", repository, service, cwd=tmp_path)
    before = contents(service)
    commit_all(service, "Start")
    succeed(*copier, "update", "--quiet", "--defaults", f"--vcs-ref={FIX}", cwd=service)

    assert look(service, before, fresh(FIX, after=FROM[0])) == CLEAN


@pytest.mark.nightly
def test_an_answers_file_of_another_name_is_followed(repository: Path, tmp_path: Path) -> None:
    service = template.render(repository, tmp_path / "service", ref=FROM[0], answers_file=".oneloop.yml")
    commit_all(service, "Start")

    template.update(service, ref=FIX, answers_file=".oneloop.yml")

    assert f"_commit: {FIX}" in (service / ".oneloop.yml").read_text()


@pytest.mark.nightly
def test_says_what_is_left_to_do(old: Old, capsys: pytest.CaptureFixture[str]) -> None:
    template.update(old(FROM[-1]), ref=FIX, quiet=False)

    said = capsys.readouterr().err
    assert "Run the tests: uv run poe test" in said
    assert 'Read "Change by hand"' in said
