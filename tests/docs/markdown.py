"""The Markdown files of the repository: their links, anchors, paths and code blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NOT_OURS = {".git", ".venv", ".uv", "node_modules", ".pytest_cache"}

FENCE = re.compile(r"^```(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^```\s*$", re.DOTALL | re.MULTILINE)
INLINE_CODE = re.compile(r"`[^`\n]+`")
PATH = re.compile(r"`(?P<path>(?:src|tests|docs|migrations|template)/[\w./-]*\w/?)`")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*$", re.MULTILINE)


def documents() -> list[Path]:
    """Return every Markdown file of the repository, with those of the template."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(path for path in found if NOT_OURS.isdisjoint(path.parts))


@dataclass(frozen=True)
class Block:
    """A fenced block, with the line on which it starts."""

    document: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Return its place, in the form that editors open."""
        return f"{self.document}:{self.line}"


def blocks(document: Path, *languages: str) -> list[Block]:
    """Return the fenced blocks of those languages, in order."""
    text = (ROOT / document).read_text()
    return [
        Block(document, text.count("\n", 0, match.start()) + 1, match["language"], match["text"])
        for match in FENCE.finditer(text)
        if match["language"] in languages
    ]


def prose(document: Path) -> str:
    """Return the text without code."""
    return INLINE_CODE.sub("`code`", FENCE.sub("", (ROOT / document).read_text()))


def links(document: Path) -> Iterator[str]:
    """Yield the targets of the document's links."""
    for match in LINK.finditer(prose(document)):
        yield match["target"]


def paths(document: Path) -> set[str]:
    """Return the paths that the text names in code, from the top of a repository or of a service."""
    return set(PATH.findall(FENCE.sub("", (ROOT / document).read_text())))


def anchors(document: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub and GitLab make them."""
    seen: dict[str, int] = {}
    found = set()
    text = FENCE.sub("", (ROOT / document).read_text())
    for match in HEADING.finditer(text):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["title"]).lower()
        slug = re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        found.add(f"{slug}-{number}" if number else slug)
    return found
