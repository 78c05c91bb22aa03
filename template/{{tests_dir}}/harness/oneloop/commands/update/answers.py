"""What `.copier-answers.yml` says of the template."""

import re
from dataclasses import dataclass
from pathlib import Path

ANSWERS = ".copier-answers.yml"
RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class Link:
    """Where the template is, and the release or commit of it that the service has."""

    address: str
    release: str

    @property
    def folder(self) -> Path | None:
        """Return the template's folder; None when the address is that of another machine."""
        remote = re.match(r"[a-z+]{2,}:|[^/\\]+@[^/\\]+:", self.address)
        return None if remote else Path(self.address).expanduser()


def read(file: Path) -> Link | None:
    """Return the link; None where there is no such file, or it names no template."""
    if not file.is_file():
        return None
    text = file.read_text("utf-8")
    found = {name: _value(text, name) for name in ("_src_path", "_commit")}
    return Link(found["_src_path"], found["_commit"]) if found["_src_path"] else None


def _value(text: str, name: str) -> str:
    """Read one line of YAML: Copier writes it, as plain text or in quotes."""
    match = re.search(rf"^{name}: *(.*?) *$", text, re.MULTILINE)
    value = match[1] if match else ""
    quoted = re.fullmatch(r"'(.*)'|\"(.*)\"", value)
    return (quoted[1] or quoted[2] or "").replace("''", "'") if quoted else value


def is_older(asked: str, here: str) -> bool:
    """Tell whether one release comes before another; Copier judges what is no plain version."""
    releases = [RELEASE.fullmatch(text) for text in (asked, here)]
    if not all(releases):
        return False
    first, second = ([int(part) for part in match[1].split(".")] for match in releases if match)
    return first < second
