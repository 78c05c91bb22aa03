"""Reads a Dockerfile, and a .dockerignore, as far as the emitted ones go. What it does not know it refuses."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KNOWN = {
    "ARG",
    "CMD",
    "COPY",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "RUN",
    "USER",
    "WORKDIR",
}


class UnknownInstructionError(Exception):
    """The Dockerfile uses something that nobody here can carry out, so a green test would prove nothing."""


@dataclass(frozen=True)
class Instruction:
    keyword: str
    options: dict[str, str]
    value: str

    def words(self) -> list[str]:
        """Return the exec form, which is a JSON list, or else the words of the line."""
        if self.value.startswith("["):
            return [str(word) for word in json.loads(self.value)]
        return self.value.split()


def parse(text: str) -> list[Instruction]:
    return [_instruction(line) for line in _logical_lines(text)]


def _logical_lines(text: str) -> Iterator[str]:
    pending = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pending += line.strip()
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        yield pending
        pending = ""


def _instruction(line: str) -> Instruction:
    keyword, _, rest = line.partition(" ")
    if keyword not in KNOWN:
        raise UnknownInstructionError(f"{keyword} in {line!r}: teach tests/packaging to carry it out, or do without it")
    options = {}
    while match := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        options[match[1]] = match[2]
        rest = rest[match.end() :]
    return Instruction(keyword, options, rest.strip())


class DockerIgnore:
    """The last pattern that matches a path, or a folder it lies in, decides; `!` lets it through again."""

    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.splitlines()]
        self._rules = [
            (_regex(line.removeprefix("!")), line.startswith("!"))
            for line in lines
            if line and not line.startswith("#")
        ]

    def lets_through(self, path: str) -> bool:
        parts = path.split("/")
        ancestry = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        verdict = True
        for pattern, allowed in self._rules:
            if any(pattern.fullmatch(name) for name in ancestry):
                verdict = allowed
        return verdict


def _regex(pattern: str) -> re.Pattern[str]:
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    return re.compile("".join(pieces.get(token, re.escape(token)) for token in tokens))


def build_context(folder: Path) -> Iterator[str]:
    """Yield the files of a folder that `docker build` would send, as paths with forward slashes."""
    ignored = DockerIgnore((folder / ".dockerignore").read_text())
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_file() and ignored.lets_through(path):
            yield path
