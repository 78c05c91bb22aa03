"""Every link leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.edits import edit
from tests.docs.markdown import ROOT, anchors, blocks, documents, links, paths
from tests.support.template import TESTS

WITH_SCHEME = ("http://", "https://", "mailto:")


def why_broken(document: Path, target: str) -> str | None:
    """Return what is wrong with a link, or None when nothing is."""
    if target.startswith(WITH_SCHEME):
        parts = urlsplit(target)
        good = parts.scheme == "https" and "." in parts.netloc and " " not in target
        return None if good else "is not an https address"
    path, _, anchor = unquote(target).partition("#")
    if path.startswith("/"):
        return "is absolute; write it relative to the document"
    found = (ROOT / document).parent / path if path else ROOT / document
    if not found.exists():
        return "leads to no file"
    if anchor and anchor not in anchors(found.resolve().relative_to(ROOT)):
        return "leads to no heading"
    return None


@pytest.mark.parametrize("document", documents(), ids=str)
def test_links_resolve(document: Path) -> None:
    """A relative link leads to a file and, with an anchor, to a heading of it; no network is asked."""
    broken = {target: why for target in links(document) if (why := why_broken(document, target))}

    assert broken == {}


@pytest.mark.parametrize(
    ("target", "why"),
    [
        pytest.param("nowhere.md", "leads to no file", id="file"),
        pytest.param("design.md#nowhere", "leads to no heading", id="heading"),
        pytest.param("#nowhere", "leads to no heading", id="heading-here"),
        pytest.param("/etc/hosts", "is absolute; write it relative to the document", id="absolute"),
        pytest.param("http://example.com", "is not an https address", id="scheme"),
    ],
)
def test_broken_link_is_found(target: str, why: str) -> None:
    """A planted bug of each kind is found."""
    assert why_broken(Path("docs/tutorial.md"), target) == why


WRITTEN = {
    change.path
    for document in documents()
    for block in blocks(document, "python")
    if (change := edit(block)) is not None and change.how == "new"
}
OF_THE_SERVICE = ("src/my_service/", "migrations/versions/")


def in_the_template(path: str) -> list[str]:
    """Return where the template may keep what has that path in a service."""
    kept = re.sub(r"^tests\b", TESTS, path)
    return [f"template/{kept}", f"template/{kept}.jinja"]


# It names files of past releases.
HISTORY = Path("CHANGELOG.md")


@pytest.mark.parametrize("document", [each for each in documents() if each != HISTORY], ids=str)
def test_named_files_are_there(document: Path) -> None:
    """A path in the text is one of this repository or of a service, where the template writes it."""
    missing = {
        path
        for path in paths(document)
        if path not in WRITTEN
        and not path.startswith(OF_THE_SERVICE)
        and not any((ROOT / place).exists() for place in (path, *in_the_template(path)))
    }

    assert missing == set()


PAGES = Path("template/docs/testing")


@pytest.mark.parametrize("folder", [PAGES, PAGES / "recipes", Path("docs/decisions")], ids=str)
def test_first_page_of_a_folder_lists_every_page(folder: Path) -> None:
    """A page that the first one does not name is not found; it names a page by a link, or by its path in code."""
    first = folder / "README.md"
    pages = {path.name for path in (ROOT / folder).glob("*.md")} - {first.name}

    assert len(pages) > 5
    assert pages <= {Path(each).name for each in (*links(first), *paths(first))}
