"""The steps of an update: each finds out whether it is needed, and leaves what it is not sure of."""

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.environment import ROOT, git
from tests.support.template import TESTS
from tests.updates.conftest import Fresh
from tests.updates.outcome import contents
from tests.updates.releases import NEXT, PAST, RELEASES, sections
from tests.updates.step_cases import ANSWERS, CHANGES, LEAVES
from tests.updates.update_steps import PLUGIN, all_steps, apply, load, text_of, track, unannounced


class TestTheChangelog:
    """CHANGELOG.md says what the steps say."""

    @pytest.mark.parametrize("version", [*RELEASES, NEXT])
    def test_lists_the_steps_of_each_release(self, version: str) -> None:
        listed = re.search(r"^### Steps\n\n(.*?)(?=^#{2,3} |\Z)", sections()[version], re.MULTILINE | re.DOTALL)

        assert (listed[1].strip() if listed else "") == text_of(version).strip()

    def test_announces_each_change_that_an_update_cannot_bring(self, fresh: Fresh) -> None:
        """A release that changes a contract of the user's own files has a step for it, or a line that says why not."""
        folder = PLUGIN / "commands/update/steps"
        steps = [file.read_text("utf-8") for file in folder.glob("*.py") if f'"{NEXT}",' in file.read_text("utf-8")]
        text = "\n".join([sections()[NEXT], *steps])

        assert unannounced(fresh(PAST[-1]), fresh(NEXT), text) == []

    def test_a_change_that_is_not_announced_is_found(self) -> None:
        old = {"src/a/service.py": b"x = 1\n", "pytest.ini": b"[pytest]\n", "README.md": b"a"}
        new = {"src/a/service.py": b"x = 2\n", "pytest.ini": b"# why\n[pytest]\n", "README.md": b"b"}

        assert unannounced(old, new, "Nothing.") == ["src/a/service.py"]
        assert unannounced(old, new, "In `src/a/service.py`: a fix.") == []
        assert unannounced(old, new, "In `a/service.py`: a fix.") == []
        assert unannounced(old, new, "In `src/` and `b/service.py`: a fix.") == ["src/a/service.py"]

    def test_names_no_step_of_a_release_that_does_not_exist(self) -> None:
        assert {step.release for step in all_steps()} <= {*RELEASES, NEXT}

    def test_titles_are_subjects_of_commits(self) -> None:
        """Each one of its own, short, and in the imperative as those of this repository."""
        titles = [step.title for step in all_steps()]

        assert len({*titles}) == len(titles)
        assert [title for title in titles if len(title) > 70 or title.endswith(".")] == []


def files_of(folder: Path) -> dict[str, str]:
    return {Path(path).name: text.decode("utf-8") for path, text in contents(folder).items()}


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_is_made_once(tmp_path: Path, case: str) -> None:
    """A second time there is nothing to do, and no other line has changed."""
    title, files, expected = CHANGES[case]
    service, answers = write(tmp_path, files), ANSWERS.get(case, "_src_path: gh:team/oneloop\n")

    apply(title, service, answers)

    after = files_of(service)
    assert any(expected in text for text in after.values()), after
    assert not apply(title, service, answers).is_needed
    assert files_of(service) == after


def test_a_snapshot_is_written_once(tmp_path: Path) -> None:
    """By a program, since a step cannot import the service."""
    title = "Write the first snapshot of the API"

    before = apply(title, tmp_path).programs
    write(tmp_path, {"tests/contract/openapi.json": "{}\n"})

    assert [program[:2] for program in before] == [("pytest", "-q")]
    assert apply(title, tmp_path).programs == []


def test_a_file_with_both_line_ends_is_left_where_no_step_is_due(tmp_path: Path) -> None:
    service = write(tmp_path, {"src/a.py": "x = 1\ny = 1\r\nz = 1\r\n"})
    track(service)

    changed = [step.try_on(load("steps.step").ServiceFiles(service, "")).changed for step in all_steps()]

    assert [each for each in changed if "src/a.py" in each] == []


def test_only_what_git_tracks_is_changed(tmp_path: Path) -> None:
    """Neither a repository inside of it, such as a submodule, nor what a build has written."""
    text = "See docs/testing/one-loop.md.\n"
    service = write(tmp_path, {".gitignore": "build/\n", **dict.fromkeys(["a.md", "build/b.md", "vendor/c.md"], text)})
    track(service / "vendor")
    git(service / "vendor", "commit", "--quiet", "--message", "Theirs")

    apply("Name the page that replaced docs/testing/one-loop.md", service)

    assert [path for path, after in files_of(service).items() if after == text] == ["b.md", "c.md"]


@pytest.mark.parametrize(("title", "files", "line"), LEAVES.values(), ids=LEAVES)
def test_what_is_not_sure_is_left_with_the_reason(tmp_path: Path, title: str, files: dict[str, str], line: str) -> None:
    """Not a byte is changed."""
    service = write(tmp_path, files)
    before = files_of(service)

    (left,) = apply(title, service).left

    assert files_of(service) == before
    assert line in "\n".join([left.reason, *left.lines])


NAMES = ("pyproject.toml", "pytest.ini", "conftest.py", "Dockerfile", ".dockerignore", ".gitignore")


@pytest.fixture(scope="module", params=["", "\ufeff[", "{ not: [a text", "\x00\n" * 3, "é" * 40], ids=range(5))
def rubbish(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with the same text in each file, and one that is not UTF-8."""
    names = (*NAMES, "tests/conftest.py", "src/a/service.py")
    service = write(tmp_path_factory.mktemp("service"), dict.fromkeys(names, request.param))
    (service / "src/a/latin.py").write_bytes(b"\xe9\n")
    track(service)
    return service


@pytest.mark.parametrize("step", all_steps(), ids=lambda step: step.title)
def test_rubbish_in_each_file_stops_no_step(rubbish: Path, step: Any) -> None:
    text = (rubbish / "pytest.ini").read_bytes()

    files = step.try_on(load("steps.step").ServiceFiles(rubbish, ""))

    for path, new in files.changed.items():
        assert new is None or text.strip(b"\xef\xbb\xbf") in new or path not in NAMES


def test_a_step_that_fails_is_left_and_the_others_go_on(tmp_path: Path) -> None:
    def fail(files: Any) -> None:
        files.write("a.txt", "half of it")
        raise KeyError("what is not there")

    step = load("steps.step").Step("9.9.9", "Fail", "It says why.", fail)

    files = step.try_on(load("steps.step").ServiceFiles(tmp_path, ""))

    assert files.changed == {}
    assert "It failed: KeyError('what is not there'). Nothing was changed." in files.left[0].reason


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two files cannot be written, so the first is restored. No draft stays."""
    service = write(tmp_path, {"a.txt": "a", "b.txt": "b"})
    files = load("steps.step").ServiceFiles(service, "")
    files.write("a.txt", "new")
    files.write("b.txt", "new")
    copymode: Callable[..., None] = load("steps.write_files").shutil.copymode

    def full(source: Path, draft: Path) -> None:
        if source.name == "b.txt":
            raise OSError(28, "No space left on device")
        copymode(source, draft)

    monkeypatch.setattr(load("steps.write_files"), "shutil", SimpleNamespace(copymode=full))

    with pytest.raises(OSError, match="No space left"), load("steps.write_files").written(files):
        pass

    assert files_of(service) == {"a.txt": "a", "b.txt": "b"}


def test_the_access_table_is_the_one_of_a_new_service() -> None:
    """Without the routes that a service without the table cannot have."""
    lines = (ROOT / f"template/{TESTS}/access.py").read_text("utf-8").splitlines(keepends=True)

    assert "".join(each for each in lines if '"HEAD ' not in each) == load("steps.access_table").TABLE


def test_the_steps_run_without_a_package() -> None:
    """`commands` and all below it import the standard library alone."""
    folder = ROOT / f"template/{TESTS}/harness/oneloop/commands"
    found = [node for file in [folder / "__init__.py", *folder.glob("update/**/*.py")] for node in imports(file)]

    assert {name.split(".")[0] for name in found} - sys.stdlib_module_names == set()


def imports(file: Path) -> list[str]:
    nodes = [*ast.walk(ast.parse(file.read_text("utf-8")))]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return [*modules, *(alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names)]
