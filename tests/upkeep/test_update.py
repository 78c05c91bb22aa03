"""`poe update`: one verb, which refuses what would go wrong, and sees what Copier does not say."""

import re
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support import template
from tests.support.environment import ROOT, commit_all, git, succeed
from tests.upkeep.conftest import CHANGED, NEW, Service

FIRST_LINE = '"""'


def changed(service: Service) -> list[str]:
    """Return what an update has left to be committed."""
    return [line[3:] for line in git(service.root, "status", "--short", "--untracked-files=all").splitlines()]


class TestTheUpdate:
    def test_brings_the_release_and_says_what_changed(self, service: Service) -> None:
        """Afterwards every file is as it was released, and there is nothing more to bring."""
        done = service.verb("update")
        manifest = service.verb("manifest")
        service.commit()
        again = service.verb("update")

        assert done.returncode == 0, done.stdout
        assert service.read(CHANGED).startswith('"""A fix. ')
        assert "harness 0.4.0 -> 0.5.0; release 0.4.0 -> 0.5.0" in done.stdout
        assert re.search(rf"^ {CHANGED} +\| 2 \+-$", done.stdout, re.MULTILINE)
        assert f" {NEW} (new)\n" in done.stdout
        assert "Run the tests: uv run poe test" in done.stdout
        assert 'Read "Change by hand" in CHANGELOG.md of' in done.stdout
        assert (manifest.returncode, manifest.stdout) == (0, "harness 0.5.0: every file is as it was released.\n")
        assert again.returncode == 0
        assert "Nothing to do" in again.stdout
        assert changed(service) == []

    def test_takes_the_release_that_is_named(self, releases: Path, tmp_path: Path) -> None:
        service = Service(template.render(releases, tmp_path / "service", ref="0.3.9"))
        service.commit()

        done = service.verb("update", "--vcs-ref", "0.4.0")

        assert "release 0.3.9 -> 0.4.0" in done.stdout
        assert not (service.root / NEW).exists()

    def test_follows_an_answers_file_of_another_name(self, releases: Path, tmp_path: Path) -> None:
        service = Service(template.render(releases, tmp_path / "service", ref="0.4.0", answers_file=".oneloop.yml"))
        service.commit()

        done = service.verb("update", "--answers-file", ".oneloop.yml")

        assert done.returncode == 0, done.stdout
        assert "_commit: 0.5.0" in service.read(".oneloop.yml")

    def test_is_the_services_verb(self, installed: Installed, releases: Path, tmp_path: Path) -> None:
        """`uv run poe update`, with what is written after it."""
        project = installed().copy(tmp_path / "service")
        template.render(releases, tmp_path / "fresh", ref="0.4.0")
        answers = (tmp_path / "fresh/.copier-answers.yml").read_text()
        (project.root / ".copier-answers.yml").write_text(answers)
        commit_all(project.root, "Start")

        done = project.run("poe", "update", "--vcs-ref", "0.3.9")

        assert done.returncode == 1
        assert "This service is at 0.4.0, and 0.3.9 is older" in done.stdout


class TestAConflict:
    @pytest.fixture
    def conflicting(self, service: Service) -> Service:
        """The user has edited the very line that the release changes."""
        service.edit(CHANGED, FIRST_LINE, '"""My own. ')
        service.commit()
        return service

    def test_is_a_failure_that_names_the_files(self, conflicting: Service) -> None:
        done = conflicting.verb("update")

        assert done.returncode == 1
        assert f"\n  {CHANGED}\n" in done.stdout
        assert "<<<<<<<" in conflicting.read(CHANGED)

    def test_is_ended_by_the_command_that_was_printed(self, conflicting: Service) -> None:
        done = conflicting.verb("update")
        command = next(line for line in done.stdout.splitlines() if "git checkout --theirs" in line)

        git(conflicting.root, *command.split()[1:])
        conflicting.commit()

        assert conflicting.read(CHANGED).startswith('"""A fix. ')
        assert conflicting.verb("manifest").returncode == 0

    def test_is_not_built_upon(self, conflicting: Service) -> None:
        """The next update refuses and names what is not finished; undone by the printed command, it begins anew."""
        conflicting.verb("update")

        again = conflicting.verb("update")
        command = again.stdout.strip().partition("or undo it: ")[2]
        succeed("sh", "-ec", command, cwd=conflicting.root)

        assert again.returncode == 1
        assert "A merge before this one is not finished" in again.stdout
        assert f"\n  {CHANGED}\n" in again.stdout
        assert changed(conflicting) == []

    def test_that_lies_beside_its_file_is_one_too(self, service: Service) -> None:
        """Copier writes a rejected piece when it is told to, and when it is stopped before it has merged."""
        (service.root / f"{CHANGED}.rej").write_text("@@ -1 +1 @@\n")

        done = service.verb("update")

        assert done.returncode == 1
        assert f"\n  {CHANGED}.rej\n" in done.stdout


class TestARefusal:
    """Each comes before Copier is started, and leaves everything as it was."""

    def refused(self, service: Service, *arguments: str) -> str:
        before = template.files(service.root)
        done = service.verb("update", *arguments, env={"PYTHONDONTWRITEBYTECODE": "1"})
        after = template.files(service.root)

        assert done.returncode == 1, done.stdout
        assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} <= {".git/index"}
        return done.stdout

    def test_of_work_that_is_not_committed(self, service: Service) -> None:
        (service.root / "src/my_service/orders.py").write_text("# mine\n")

        said = self.refused(service)

        assert "?? src/my_service/orders.py" in said
        assert "git stash --include-untracked" in said

    def test_of_an_older_release(self, service: Service) -> None:
        assert "git revert COMMIT" in self.refused(service, "--vcs-ref", "0.3.9")

    def test_of_a_service_without_an_answers_file(self, service: Service) -> None:
        (service.root / ".copier-answers.yml").unlink()
        service.commit()

        said = self.refused(service)

        assert "copier copy --defaults --vcs-ref 0.4.0 --exclude '*' --exclude '!.copier-answers.yml'" in said

    def test_of_a_template_that_is_not_on_this_machine(self, service: Service, releases: Path) -> None:
        service.edit(".copier-answers.yml", str(releases), "/nowhere/oneloop")
        service.commit()

        assert "/nowhere/oneloop, a folder that is not on this machine" in self.refused(service)

    def test_of_a_draft(self, releases: Path, tmp_path: Path) -> None:
        """What Copier would record then is a commit that does not exist."""
        draft = template.snapshot_of(releases, tmp_path / "draft")
        service = Service(template.render(draft, tmp_path / "service", ref="0.4.0"))
        service.commit()
        (draft / "template/{{tests_dir}}/harness/draft.py").write_text('"""A draft."""\n')

        assert "has changes that are not committed" in self.refused(service, "--vcs-ref", "HEAD")

    def test_outside_a_repository(self, releases: Path, tmp_path: Path) -> None:
        service = Service(template.render(releases, tmp_path / "service", ref="0.4.0"))

        assert "git init" in self.refused(service)

    def test_by_copier_itself(self, service: Service) -> None:
        """Its reason is shown, and what became of the files."""
        said = self.refused(service, "--vcs-ref", "no-such-release")

        assert said.endswith(
            "ValueError: Unknown revision: 'no-such-release'\n"
            "Copier stopped; its reason stands above. Nothing was changed.\n"
        )
        assert "Traceback" not in said


def test_a_part_of_a_bigger_repository_is_updated(releases: Path, tmp_path: Path) -> None:
    """What is not committed elsewhere in it is no hindrance."""
    service = Service(template.render(releases, tmp_path / "all/service", ref="0.4.0"))
    commit_all(tmp_path / "all", "Start")
    (tmp_path / "all/elsewhere.txt").write_text("work\n")

    done = service.verb("update")

    assert done.returncode == 0, done.stdout
    assert service.read(CHANGED).startswith('"""A fix. ')


def test_the_verb_and_the_template_want_the_same_copier(service: Service) -> None:
    settings = (ROOT / "copier.yml").read_text("utf-8")
    wanted = service.read("tests/harness/update/copier.py").split('COPIER = "copier>=')[1].split('"')[0]

    assert f'_min_copier_version: "{wanted}"' in settings
