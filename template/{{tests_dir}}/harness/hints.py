"""What a past release's pytest.ini or .gitignore lacks, and a run can do without: in the header."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .git import ask

# What the harness leaves in the project's folder, and what holds its secrets.
IGNORED = (".env", ".hypothesis/", ".postgres/")


def slow_plugin(config: pytest.Config) -> str | None:
    """Name a plugin that costs each run half a second and brings it nothing."""
    if not config.pluginmanager.hasplugin("schemathesis"):
        return None
    return (
        "Schemathesis serves as a library here, and its plugin adds half a second to each start. "
        "In pytest.ini, write at the end of addopts: -p no:schemathesis"
    )


def _patterns(folder: Path) -> Iterator[str]:
    """Read every .gitignore from a folder up to its repository's, as plain names."""
    for place in (folder, *folder.parents):
        file = place / ".gitignore"
        if file.is_file():
            for pattern in file.read_text("utf-8", "replace").splitlines():
                yield pattern.strip().strip("/")
        if (place / ".git").exists():
            return


def unignored(folder: Path) -> list[str]:
    """Return what git would commit of what it must not; git is asked of unusual patterns alone."""
    if not any((place / ".git").exists() for place in (folder, *folder.parents)):
        return []
    named = set(_patterns(folder))
    doubtful = [path for path in IGNORED if path.strip("/") not in named]
    return [path for path in doubtful if ask(folder, "check-ignore", "--no-index", path) is None]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what a line in a file of the user's would mend."""
    hints = [slow_plugin(config)]
    if paths := unignored(config.rootpath):
        hints.append(f"git would commit what a run leaves. In .gitignore, add: {' '.join(paths)}")
    return [f"hint: {hint}" for hint in hints if hint]
