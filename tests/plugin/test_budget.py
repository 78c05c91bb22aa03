"""The plugin stays small: files, lines, words, one name a module, and arrows between its rooms that go one way."""

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import Rendered
from tests.support.environment import ROOT, succeed

HARNESS = ROOT / "template/{{tests_dir}}/harness"
PLUGIN = HARNESS / "oneloop"
DOCS = ROOT / "template/docs/testing"
ADOPTED = {"adopted", "sqlite"}  # rooms that a new service does not get
BASE = {"config", "errors", "http_library", "seam", "users"}


def modules() -> list[Path]:
    """The plugin's modules, of every room but the self-tests."""
    return [path for path in sorted(PLUGIN.rglob("*.py")) if "selftest" not in path.parts]


def test_a_new_service_gets_few_files(rendered: Rendered) -> None:
    root = rendered()
    apart = {".git", "steps"}  # the steps of an update: each goes after three releases
    files = [path for path in root.rglob("*") if path.is_file() and not apart & {*path.parts}]
    harness = [path for path in files if "harness" in path.parts and "selftest" not in path.parts]
    lines = [len(path.read_text("utf-8").splitlines()) for path in harness if path.suffix == ".py"]
    filled = [count for count in lines if count > 12]

    assert len(files) <= 190
    assert len(harness) <= 90
    assert sum(lines) <= 6500 + 500  # for rights that are real, and a query per row
    assert max(lines) <= 250
    assert 50 <= statistics.median(filled) <= 90


def test_the_self_tests_are_short() -> None:
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in (PLUGIN / "selftest").rglob("*.py"))

    assert 0 < lines <= 600


def test_the_pages_are_short() -> None:
    words = {path: len(path.read_text("utf-8").split()) for path in DOCS.rglob("*.md")}
    pages = [path for path in words if path.parent == DOCS]

    assert len(pages) <= 10
    assert sum(words[path] for path in pages) <= 9000
    assert sum(count for path, count in words.items() if path not in pages) <= 6000


def test_the_repository_is_small() -> None:
    names = succeed("git", "ls-files", cwd=ROOT).splitlines()
    # The steps go after three releases. Two tools and the trials came later than the limit, each by its own decision.
    apart = ("/update/steps/", "tools/adopt/", "tools/plant/", "tests/adopt/", "tests/field/", "tests/trials/")
    assert len([name for name in names if not any(part in name for part in apart)]) <= 600
    assert len(list((ROOT / "docs/decisions").glob("0*.md"))) <= 25


def test_no_two_modules_share_a_name() -> None:
    """Nor with a room: a name in a traceback says where it is."""
    names = Counter(path.stem for path in modules() if not path.stem.startswith("__"))
    names.update(path.name for path in PLUGIN.iterdir() if path.is_dir() and path.name[0] not in "_.")

    assert [name for name, count in names.items() if count > 1] == []


def room(path: Path) -> str:
    """The room of a module; a module at the top is one of its own."""
    first = path.relative_to(PLUGIN).parts[0]
    return "__init__" if first == "__init__.py" else first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Yield the rooms that a module imports, wherever the import is."""
    package = path.relative_to(PLUGIN).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            names = (node.module or "").split(".") if node.module else []
            if not node.level and names[:1] != ["oneloop"]:
                continue
            whole = [*above, *(names if node.level else names[1:])]
            yield from (whole[0],) if whole else (alias.name for alias in node.names)


def arrows() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in modules():
        here = room(path)
        found.setdefault(here, set()).update(name for name in imports(path) if name not in {here, "__init__"})
    return found


def test_arrows_between_rooms_go_one_way() -> None:
    """Nothing imports the plugin's list of parts, and the embedded server imports nothing of ours."""
    graph = {name: {to for to in targets if to[0].islower()} for name, targets in arrows().items()}

    TopologicalSorter(graph).prepare()  # raises a CycleError that names the circle
    assert [name for name, targets in graph.items() if "plugin" in targets] == []
    assert graph["postgres"] == set()
    assert graph["app"] == set()
    assert all(graph[name] <= BASE for name in BASE)


@pytest.mark.parametrize("name", sorted(path.name for path in PLUGIN.iterdir() if (path / "__init__.py").exists()))
def test_each_room_says_what_it_is(name: str) -> None:
    """In one sentence at its top, with what it may import and where to start."""
    doc = ast.get_docstring(ast.parse((PLUGIN / name / "__init__.py").read_text("utf-8"))) or ""

    assert doc.split("\n")[0].endswith((".", ":"))
    assert re.search(r"[Ii]mport", doc), doc
    assert len(doc.splitlines()) <= 8


PRIVATES = re.compile(
    r"\b(?:_request|_finalizers|_fixtureinfo|_pyfuncitem|_arg2fixturedefs|_report_sections|_testMethodName|_getframe)\b"
    r"|from _pytest|import _pytest|blockbuster\._|uvicorn\.\w*\._"
)
ALLOWED = {"leaks/code_location.py": "_getframe"}  # `inspect.stack` reads files, at a thousand times the price


def test_no_privates_of_other_packages_are_used() -> None:
    found = {path.relative_to(PLUGIN).as_posix(): set(PRIVATES.findall(path.read_text("utf-8"))) for path in modules()}

    assert {name: used for name, used in found.items() if used - {ALLOWED.get(name, "")}} == {}


# Commands that can throw away work that is not committed.
DESTROYS = re.compile(
    r"git reset --hard|git clean\b|git checkout [^\n]*--\s|git checkout --(?:theirs|ours)|git restore\b"
    r"|git stash (?:drop|clear)|rm -rf? |git push --force"
)


def texts() -> list[Path]:
    listed = succeed("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    kinds = {".py", ".md", ".jinja", ".toml", ".yml", ".yaml", ".ini", ".txt"}
    own = ("template/", "tools/", "docs/", "README", "CONTRIBUTING", "CHANGELOG", "copier.yml", "oneloop.py")
    return [
        ROOT / name for name in listed if name.startswith(own) and Path(name).suffix in kinds and (ROOT / name).exists()
    ]


def test_nothing_advises_a_command_that_destroys_work() -> None:
    """In no message, page or comment of what a user reads."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in texts()
        for line in path.read_text("utf-8").splitlines()
        if DESTROYS.search(line)
    ]

    assert found == []


def test_planted_advice_is_found() -> None:
    """The rule above is not blind."""
    assert DESTROYS.search("To undo instead: git reset --hard && git clean -d --force docs")
    assert DESTROYS.search("git checkout HEAD -- tests/harness")
    assert not DESTROYS.search("git checkout -b update")
