"""`python -m tests.harness.manifest` names what was edited of the template's files, and how to get it back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Rendered
from tests.support import template
from tests.support.answers import ADOPTED
from tests.support.environment import ROOT, git, succeed
from tests.support.project import Project
from tests.support.shipped import take_hashes
from tests.updates.ownership import TEMPLATES, is_in
from tests.upkeep.conftest import CHANGED, Service

MANIFEST = "tests/harness/manifest.json"
SILENT = "every file is as it was released."


def test_it_is_fresh() -> None:
    """After a change to the template's files: `uv run python -m tests.support.manifest`."""
    written = json.loads((ROOT / "template" / template.TESTS / "harness/manifest.json").read_text("utf-8"))

    assert written == take_hashes(ROOT / "template")


def test_it_has_each_file_of_the_templates(rendered: Rendered) -> None:
    """Those of a new service, and those that an adopted suite alone has."""
    service, adopted = (
        {path for path in template.files(rendered(**answers)) if is_in(path, TEMPLATES)} for answers in ({}, ADOPTED)
    )
    in_both = json.loads((rendered() / MANIFEST).read_text("utf-8"))

    assert set(in_both) == (service | adopted) - {".copier-answers.yml", MANIFEST}
    assert {path.split("/")[2] for path in adopted - service} == {"audit", "convert", "converting.md"}


class TestTheVerb:
    def test_is_silent_on_a_fresh_service(self, service: Service) -> None:
        done = service.verb("manifest")

        assert done.returncode == 0
        assert SILENT in done.stdout

    def test_is_silent_on_a_checkout_with_the_line_ends_of_windows(self, service: Service) -> None:
        for file in filter(Path.exists, (service.root / path for path in json.loads(service.read(MANIFEST)))):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

        assert SILENT in service.verb("manifest").stdout

    def test_judges_no_tool_of_an_adoption_in_a_service(self, service: Service) -> None:
        """A new service has none of them, and the manifest has them all."""
        assert {"tests/harness/audit/__main__.py", "docs/testing/converting.md"} <= json.loads(
            service.read(MANIFEST)
        ).keys()
        assert SILENT in service.verb("manifest").stdout

    def test_is_silent_about_what_tools_leave_and_what_is_the_users(self, service: Service) -> None:
        (service.root / "tests/harness/__pycache__").mkdir(exist_ok=True)
        (service.root / "tests/harness/__pycache__/x.pyc").touch()
        (service.root / "docs/testing/.DS_Store").touch()
        service.edit("tests/conftest.py", '"""', '"""Mine. ')
        service.edit("README.md", "#", "# Mine")

        assert SILENT in service.verb("manifest").stdout

    def test_names_each_difference_and_how_to_get_it_back(self, service: Service) -> None:
        """Edited, missing and added; committed long ago or not yet."""
        service.edit(CHANGED, '"""', '"""Mine. ')
        service.commit()
        (service.root / "docs/testing/live.md").unlink()
        (service.root / "tests/harness/mine.py").write_text("# mine\n")

        done = service.verb("manifest")
        back = [line.strip() for line in done.stdout.splitlines() if line.startswith("  git checkout")]
        for command in back:
            succeed("sh", "-ec", command, cwd=service.root)
        after = service.verb("manifest")

        assert done.returncode == 1
        for line in (f"edited   {CHANGED}", "missing  docs/testing/live.md", "added    tests/harness/mine.py"):
            assert f"  {line}\n" in done.stdout
        assert "a fixture of the same name in tests/conftest.py wins" in done.stdout
        assert after.stdout.count("\n  ") == 1
        assert "  added    tests/harness/mine.py\n" in after.stdout

    def test_says_when_the_history_never_had_the_text(self, service: Service) -> None:
        service.edit(CHANGED, '"""', '"""Mine. ')
        git(service.root, "checkout", "--quiet", "--orphan", "again")
        service.commit()

        done = service.verb("manifest")

        assert f"This repository never had the release's text of: {CHANGED}." in done.stdout
        assert "git checkout" not in done.stdout

    @pytest.mark.parametrize("text", ["", "<<<<<<< before updating\n"])
    def test_is_not_silent_about_a_manifest_that_cannot_be_read(self, service: Service, text: str) -> None:
        (service.root / MANIFEST).write_text(text)

        done = service.verb("manifest")

        assert done.returncode == 1
        assert f"To get it back: git checkout HEAD -- {MANIFEST}" in done.stdout


class TestTheVerbInAnAdoptedProject:
    """It is run beside the tests, which may be a part of a bigger repository."""

    def test_is_silent_once_the_harness_is_there(self, adopted: Service) -> None:
        done = adopted.verb("manifest")

        assert done.returncode == 0
        assert SILENT in done.stdout

    def test_is_silent_about_files_of_the_names_of_a_services(self, adopted: Service) -> None:
        """They are the project's own there, at its top and beside the tests, and so is a page that had stood."""
        for folder in {adopted.root, (adopted.root / adopted.tests).parent}:
            (folder / ".gitattributes").write_text("* text=auto eol=crlf\n")
            (folder / "conftest.py").write_text("# mine\n")
        (adopted.root / "docs/testing/README.md").write_text("# Ours\n")

        assert SILENT in adopted.verb("manifest").stdout

    @pytest.mark.parametrize(
        ("where", "name"),
        [
            ("harness", CHANGED),
            ("harness", "tests/harness/audit/__main__.py"),
            ("docs", "docs/testing/live.md"),
            ("docs", "docs/testing/converting.md"),
        ],
        ids=lambda value: value.rpartition("testing/")[2],
    )
    def test_names_an_edit_and_how_to_get_it_back(self, adopted: Service, where: str, name: str) -> None:
        """By the path as it is from there, so that the command does it."""
        path = name.replace("tests", adopted.tests, 1) if where == "harness" else name
        adopted.edit(path, adopted.read(path)[:1], "Mine. " + adopted.read(path)[:1])
        adopted.commit()

        done = adopted.verb("manifest")
        (back,) = [line.strip() for line in done.stdout.splitlines() if line.startswith("  git checkout")]
        succeed("sh", "-ec", back, cwd=(adopted.root / adopted.tests).parent)

        assert done.returncode == 1
        assert f"  edited   {name}\n" in done.stdout
        assert SILENT in adopted.verb("manifest").stdout

    def test_names_a_tool_that_was_deleted(self, adopted: Service) -> None:
        (adopted.root / adopted.tests / "harness/audit/__main__.py").unlink()

        assert "  missing  tests/harness/audit/__main__.py\n" in adopted.verb("manifest").stdout


def test_a_run_counts_what_was_edited(typed: Project, tmp_path: Path) -> None:
    """One line of pytest's header, and none when nothing was; `poe check` fails."""
    project = typed.copy(tmp_path / "service")
    clean = project.run("pytest", "tests/health")
    Service(project.root).edit(CHANGED, '"""', '"""Mine. ')

    edited = project.run("pytest", "tests/health")
    checked = project.run("poe", "check")

    assert "not as released" not in clean.stdout
    assert "harness: 1 file is not as released; uv run python -m tests.harness.manifest" in edited.stdout
    assert checked.returncode == 1
    assert f"edited   {CHANGED}" in checked.stdout


class TestPlantedBugs:
    """Each makes one of the tests above fail, run against the patched verb."""

    @pytest.mark.parametrize(
        ("right", "wrong", "test"),
        [
            pytest.param('.replace(b"\\r\\n", b"\\n")', "", "windows", id="line ends count"),
            pytest.param("here[name] != release[name]", "False", "edited", id="an edit is not seen"),
            pytest.param("if name not in here", "if False", "missing", id="a deletion is not seen"),
            pytest.param("if name not in release", "if False", "added", id="an addition is not seen"),
        ],
    )
    def test_is_noticed(self, service: Service, right: str, wrong: str, test: str) -> None:
        """The verb stays silent where it must speak, or the other way round."""
        file = "tests/harness/manifest/hashes.py"
        whole = service.verb("manifest")
        crlf = (service.root / CHANGED).read_bytes().replace(b"\n", b"\r\n")
        changes: dict[str, Callable[[], object]] = {
            "windows": lambda: (service.root / CHANGED).write_bytes(crlf),
            "edited": lambda: service.edit(CHANGED, '"""', '"""Mine. '),
            "missing": (service.root / "docs/testing/live.md").unlink,
            "added": (service.root / "tests/harness/mine.py").touch,
        }
        changes[test]()
        before = service.verb("manifest").stdout
        service.edit(file, right, wrong)

        after = service.verb("manifest").stdout

        assert whole.returncode == 0
        named = {"windows": CHANGED, "edited": CHANGED, "missing": "live.md", "added": "mine.py"}[test]
        assert (named in before) != (named in after)
