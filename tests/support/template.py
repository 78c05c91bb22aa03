"""This repository's template, as a commit that can be rendered, and renders of it."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import copier

from tests.support.environment import ROOT, commit_all, succeed

Answers = Mapping[str, str]

# Where the template keeps what has another path in a service.
TESTS = "{{tests_dir}}"
CONFTEST = "{% if kind == 'service' %}conftest.py{% endif %}"


def snapshot(destination: Path) -> Path:
    """Commit the working tree to a throw-away repository: work that is not committed yet is tested too."""
    listed = succeed("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, destination / name
        if source.is_file():  # a file may be deleted and its deletion not yet committed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    commit_all(destination, "Snapshot")
    return destination


def render(
    template: Path,
    destination: Path,
    answers: Answers | None = None,
    *,
    ref: str = "HEAD",
    answers_file: str | None = None,
    exclude: Sequence[str] = (),
) -> Path:
    """Render as a user with no settings of their own does: no questions, no trust."""
    copier.run_copy(
        str(template),
        destination,
        data=dict(answers or {}),
        answers_file=answers_file,
        exclude=exclude,
        vcs_ref=ref,
        defaults=True,
        quiet=True,
        unsafe=False,
        settings=copier.Settings(),
    )
    return destination


def update(project: Path, *, ref: str, answers_file: str | None = None, quiet: bool = True) -> None:
    """Run `copier update` as `poe update` does. The project has to be committed."""
    copier.run_update(
        project,
        answers_file=answers_file,
        vcs_ref=ref,
        defaults=True,
        overwrite=True,
        quiet=quiet,
        unsafe=False,
        settings=copier.Settings(),
    )


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a rendered folder, by its path with forward slashes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def snapshot_of(template: Path, destination: Path) -> Path:
    """Return a copy of a template's repository, to plant a bug in or to release from."""
    return Path(shutil.copytree(template, destination))
