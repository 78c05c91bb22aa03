"""The file from which pytest reads its settings, and the lines that the plugin needs in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .edits import Drafts
from .finding import Finding

NEEDED = {
    "asyncio_mode": "auto",
    "asyncio_default_fixture_loop_scope": "session",
    "asyncio_default_test_loop_scope": "session",
}
SINCE = {"asyncio_default_fixture_loop_scope": (0, 24), "asyncio_default_test_loop_scope": (0, 26)}
ANYIO = ("anyio_mode", "strict")
OLDER, NEWER = "[tool.pytest.ini_options]", "[tool.pytest]"
# As in pytest, the first of these wins. Those of the second group count only if they have the heading.
FILES = (
    ("pytest.toml", "[pytest]"),
    (".pytest.toml", "[pytest]"),
    ("pytest.ini", "[pytest]"),
    (".pytest.ini", "[pytest]"),
)
SHARED = (("pyproject.toml", NEWER), ("pyproject.toml", OLDER), ("tox.ini", "[pytest]"), ("setup.cfg", "[tool:pytest]"))


@dataclass(frozen=True)
class PytestSettings:
    """`exists` is False where the project has no settings of pytest yet."""

    file: Path
    heading: str
    exists: bool = True

    @property
    def is_toml(self) -> bool:
        return self.file.suffix == ".toml"

    def finding(self, root: Path) -> Finding:
        shown = self.file.relative_to(root).as_posix()
        return Finding(shown, self.heading if self.exists else f"{self.heading} is new")

    def line_of(self, name: str) -> int | None:
        """Return the number of the line that has a setting."""
        lines = self.file.read_text("utf-8", "replace").splitlines() if self.exists else []
        found = _line(lines, self.heading, name)
        return None if found is None else found + 1

    def draft(self, drafts: Drafts, installed: str, import_root: str = "") -> None:
        """Write the lines that the plugin needs, in the place of other values of theirs.

        An older pytest-asyncio warns of a setting that it does not know. `import_root` has the app's package, which
        the plugin imports before pytest has loaded the conftest.py that makes it importable.
        """
        text = drafts.read(self.file)
        found = tuple(int(each) for each in re.findall(r"\d+", installed)[:2])
        needed = {name: value for name, value in NEEDED.items() if not found or found >= SINCE.get(name, (0, 0))}
        if _line(text.splitlines(), self.heading, ANYIO[0]) is not None:
            needed[ANYIO[0]] = ANYIO[1]
        for name, value in needed.items():
            text = self._set(text, name, f'"{value}"' if self.is_toml else value)
        if import_root:
            text = self._add_root(text, import_root)
        drafts.change(self.file, text)

    def _add_root(self, text: str, root: str) -> str:
        """Add a folder to those of `pythonpath`, which are on one line or not there yet; others are left."""
        lines = text.splitlines()
        at = _line(lines, self.heading, "pythonpath")
        own = lines[at].partition("=")[2].strip() if at is not None else "[]" if self.is_toml else ""
        if not self.is_toml:
            return self._set(text, "pythonpath", f"{own} {root}".strip())
        listed = own if own.startswith("[") else f"[{own}]"
        return self._set(text, "pythonpath", re.sub(r",?\s*\]$", f', "{root}"]', listed).replace("[, ", "["))

    def _set(self, text: str, name: str, value: str) -> str:
        end = "\r\n" if "\r\n" in text else "\n"
        line = f"{name} = {value}"
        lines = text.splitlines()
        if _start(lines, self.heading) is None:
            lines += ["", self.heading] if lines else [self.heading]
        at = _line(lines, self.heading, name)
        if at is None:
            lines.insert((_start(lines, self.heading) or 0) + 1, line)
        elif re.sub(r"[\s\"']|#.*", "", lines[at]) != re.sub(r"[\s\"']", "", line):
            lines[at] = line
        return end.join(lines) + end


def _start(lines: Sequence[str], heading: str) -> int | None:
    """Return the index of a heading, which may have spaces and a comment."""
    pattern = re.compile(rf"\s*\[\s*{re.escape(heading.strip('[]'))}\s*\]\s*([#;].*)?")
    return next((index for index, line in enumerate(lines) if pattern.fullmatch(line)), None)


def _line(lines: Sequence[str], heading: str, name: str) -> int | None:
    """Return the index of the line below a heading that has a setting."""
    start = _start(lines, heading)
    if start is None:
        return None
    stop = next((index for index in range(start + 1, len(lines)) if lines[index].startswith("[")), len(lines))
    indent = r"\s*" if heading in (OLDER, NEWER) else ""  # in an INI file such a line continues another one
    return next((i for i in range(start + 1, stop) if re.match(rf"{indent}{name}\s*=", lines[i])), None)


def find_pytest_settings(root: Path) -> PytestSettings:
    for name, heading in FILES:
        if (root / name).is_file():
            return PytestSettings(root / name, heading)
    for name, heading in SHARED:
        file = root / name
        if file.is_file() and _start(file.read_text("utf-8", "replace").splitlines(), heading) is not None:
            return PytestSettings(file, heading)
    return PytestSettings(root / "pyproject.toml", OLDER, exists=False)
