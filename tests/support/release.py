"""`uv run python -m tests.support.release [COMMIT]`: may this commit be tagged? See CONTRIBUTING.md.

COMMIT is that of the last release. The default is the last one in tests/updates/releases.py, else the newest tag.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.support.environment import ROOT, run

PROJECT = "pyproject.toml"
PLUGIN = "template/{{tests_dir}}/harness/pyproject.toml"
OLD_NAME = "template/{{tests_dir}}/harness/version.py"
TABLE = "tests/updates/releases.py"
RENDERED = ("copier.yml", "template")  # what a service gets of a release
VERSION = re.compile(r"\d+\.\d+\.\d+")


def git(root: Path, *arguments: str) -> str | None:
    """Return what git prints; None if it fails."""
    done = run("git", *arguments, cwd=root)
    return done.stdout.strip() if done.returncode == 0 else None


def last_release(root: Path) -> str | None:
    """Return the commit of the last release; None before the first."""
    table = root / TABLE
    found = re.findall(r'"(?:\d+\.)+\d+": "([0-9a-f]{7,40})"', table.read_text("utf-8")) if table.exists() else []
    return found[-1] if found else git(root, "describe", "--tags", "--abbrev=0")


def version_of(text: str) -> str:
    return str(tomllib.loads(text)["project"]["version"])


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def section(root: Path, version: str) -> tuple[str, str] | None:
    """Return the heading and the text of a version's section in the changelog."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    match = re.search(rf"^## {re.escape(version)}\b(.*)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    return (match[1].strip(), match[2]) if match else None


def always_wrong(root: Path) -> Iterator[str]:
    """Yield what is wrong at any time: the versions must be the same."""
    version = version_of((root / PROJECT).read_text("utf-8"))
    if not VERSION.fullmatch(version):
        yield f"{PROJECT}: {version} is not a version of the form 1.2.3"
    plugins = version_of((root / PLUGIN).read_text("utf-8"))
    if plugins != version:
        yield f'{PLUGIN}: write version = "{version}", as in {PROJECT}'
    old = root / OLD_NAME
    if old.exists() and f'VERSION = "{version}"\n' not in old.read_text("utf-8"):
        yield f'{OLD_NAME}: write VERSION = "{version}", as in {PROJECT}'
    found = section(root, version)
    if found is None:
        yield f"CHANGELOG.md: the section ## {version} is missing"
    elif "\n### Change by hand\n" not in found[1]:
        yield f"CHANGELOG.md: the section {version} has no part ### Change by hand; write Nothing. if there is nothing"


def wrong_since(root: Path, commit: str) -> Iterator[str]:
    """Yield what is wrong if the template has changed since a release, and the version has not."""
    changed = git(root, "diff", "--name-only", commit, "--", *RENDERED)
    if changed is None:
        yield f"The commit of the last release, {commit[:9]}, is missing. Run: git fetch --tags --unshallow"
    if not changed:
        return
    before = version_of(git(root, "show", f"{commit}:{PROJECT}") or "")
    version = version_of((root / PROJECT).read_text("utf-8"))
    if numbers(version) <= numbers(before):
        yield f"The template has changed since {before} ({commit[:9]}), and {PROJECT} still has {version}"


def wrong_today(root: Path) -> Iterator[str]:
    """Yield what is wrong on the day of the release."""
    version = version_of((root / PROJECT).read_text("utf-8"))
    found = section(root, version)
    if found and found[0]:
        yield f"CHANGELOG.md: the heading of {version} has {found[0]!r} after the version; remove it"
    tagged, head = git(root, "rev-parse", f"{version}^{{commit}}"), git(root, "rev-parse", "HEAD")
    if tagged and tagged != head:
        yield f"The tag {version} is on {tagged[:9]}, and a tag never moves: take the next version"
    if git(root, "status", "--porcelain"):
        yield "There are changes that are not committed"


def main(arguments: list[str]) -> int:
    """Print what is wrong; the exit status is 1 if something is."""
    commit = arguments[0] if arguments else last_release(ROOT)
    wrong = [*always_wrong(ROOT), *(wrong_since(ROOT, commit) if commit else ()), *wrong_today(ROOT)]
    sys.stdout.write("\n".join(wrong or ["Ready to be tagged."]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
