"""`uv run python -m tests.support.release [COMMIT]`: is this commit fit to be tagged? See docs/releasing.md.

COMMIT is that of the last release; else the last one of tests/updates/releases.py, else the newest tag.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.support.environment import ROOT, run
from tests.support.shipped import read_manifest, take_hashes

HARNESS_VERSION = "template/{{tests_dir}}/harness/version.py"
TABLE = "tests/updates/releases.py"
RENDERED = ("copier.yml", "template")  # what a service sees of a release
VERSION = re.compile(r"\d+\.\d+\.\d+")


def said(root: Path, *arguments: str) -> str | None:
    """Return what git says; None where it fails."""
    done = run("git", *arguments, cwd=root)
    return done.stdout.strip() if done.returncode == 0 else None


def last_release(root: Path) -> str | None:
    """Return the commit of the last release; None before the first."""
    table = root / TABLE
    found = re.findall(r'"(?:\d+\.)+\d+": "([0-9a-f]{7,40})"', table.read_text("utf-8")) if table.exists() else []
    return found[-1] if found else said(root, "describe", "--tags", "--abbrev=0")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def section(root: Path, version: str) -> tuple[str, str] | None:
    """Return the heading and the text of a version's part of the changelog."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    match = re.search(rf"^## {re.escape(version)}\b(.*)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    return (match[1].strip(), match[2]) if match else None


def standing(root: Path) -> Iterator[str]:
    """Yield what is wrong at any time: the versions agree, and the manifest is fresh."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if not VERSION.fullmatch(version):
        yield f"pyproject.toml: {version} is no version of the form 1.2.3"
    if f'VERSION = "{version}"\n' not in (root / HARNESS_VERSION).read_text("utf-8"):
        yield f'{HARNESS_VERSION}: write VERSION = "{version}", as pyproject.toml has it'
    found = section(root, version)
    if found is None:
        yield f"CHANGELOG.md: there is no section ## {version}"
    elif "\n### Change by hand\n" not in found[1]:
        yield f"CHANGELOG.md: the section {version} has no part ### Change by hand; write Nothing. if there is nothing"
    if read_manifest(root / "template") != take_hashes(root / "template"):
        yield "The manifest is old. Run: uv run python -m tests.support.manifest"


def since(root: Path, commit: str) -> Iterator[str]:
    """Yield what is wrong when what a service sees has changed since a release, and the version has not."""
    changed = said(root, "diff", "--name-only", commit, "--", *RENDERED)
    if changed is None:
        yield f"The commit of the last release, {commit[:9]}, is not here. Run: git fetch --tags --unshallow"
    if not changed:
        return
    before = tomllib.loads(said(root, "show", f"{commit}:pyproject.toml") or "")["project"]["version"]
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if numbers(version) <= numbers(before):
        yield (
            f"The template has changed since {before} ({commit[:9]}), and pyproject.toml still says {version}: "
            "no service would tell the two apart"
        )


def final(root: Path) -> Iterator[str]:
    """Yield what is wrong on the day of the release."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    found = section(root, version)
    if found and found[0]:
        yield f"CHANGELOG.md: the heading of {version} says {found[0]!r}; a release's is the version alone"
    tagged, head = said(root, "rev-parse", f"{version}^{{commit}}"), said(root, "rev-parse", "HEAD")
    if tagged and tagged != head:
        yield f"The tag {version} is on {tagged[:9]}, and a tag never moves: take the next version"
    if said(root, "status", "--porcelain"):
        yield "There are changes that are not committed"


def main(arguments: list[str]) -> int:
    """Print what is wrong; the exit status is 1 when something is."""
    commit = arguments[0] if arguments else last_release(ROOT)
    wrong = [*standing(ROOT), *(since(ROOT, commit) if commit else ()), *final(ROOT)]
    sys.stdout.write("\n".join(wrong or ["Fit to be tagged."]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
