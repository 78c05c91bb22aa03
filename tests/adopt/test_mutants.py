"""A conversion weakens no test: what the suite noticed in a broken app before, it notices after.

The run prints what only the converted suite notices.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.adopt.commands import audit, commit, convert
from tests.adopt.sample import SAMPLES, Adopted, AdoptSample, copy_files

FILTERS = ("where", "filter", "filter_by")
# The samples whose own suite needs no server; the others run before the conversion with the plugin's.
ALONE = {"shelf", "sqlmodel"}
DAILY = "shelf", "no check"


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    what: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


def mutants_of(root: Path, folders: tuple[str, ...] = ("app", "src")) -> list[Mutant]:
    """Return each mutant of the app: without a check, a commit or a filter, or with another status."""
    files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
    return [mutant for file in files for mutant in _read(file.relative_to(root).as_posix(), file.read_text())]


def _read(path: str, text: str) -> Iterator[Mutant]:
    for node in ast.walk(ast.parse(text)):
        for what, gone, new in _changes(node):
            source = ast.get_source_segment(text, gone)
            assert source is not None
            yield Mutant(path, gone.lineno, f"{what}: {' '.join(source.split())}", _replaced(text, gone, new))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr, str]]:
    match node:
        case ast.If(test=test, body=[ast.Raise()], orelse=[]):
            yield "no check", test, "False"
            if isinstance(test, ast.BoolOp):
                whole = "False" if isinstance(test.op, ast.Or) else "True"
                yield from (("half a check", part, whole) for part in test.values)
        case ast.If(test=test, orelse=[]):
            yield "no condition", test, "True"
        case ast.Expr(value=ast.Await(value=ast.Call(func=ast.Attribute(attr="commit"))) as call):
            yield "no commit", call, "None"
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)) if name in FILTERS:
            yield "no filter", node, ast.unparse(receiver)
        case ast.keyword(arg="status_code", value=ast.Constant(value=int()) as status):
            yield "another status", status, "299"
        case ast.Call(func=ast.Name(id="HTTPException"), args=[ast.Constant() as status, *_]):
            yield "another status", status, "418"
        case _:
            return


def _replaced(text: str, gone: ast.expr, new: str) -> str:
    lines = text.encode().splitlines(keepends=True)
    assert gone.end_lineno is not None
    before = b"".join(lines[: gone.lineno - 1]) + lines[gone.lineno - 1][: gone.col_offset]
    after = lines[gone.end_lineno - 1][gone.end_col_offset :] + b"".join(lines[gone.end_lineno :])
    return (before + new.encode() + after).decode()


def caught(project: Adopted, folder: Path, mutants: list[Mutant]) -> set[str]:
    """Return the names of the mutants that make a test fail which passes on the app as it is."""
    passed = _passed(project.copy(folder / "whole"))
    found = set()
    for number, mutant in enumerate(mutants):
        copy = project.copy(folder / str(number))
        (copy.root / mutant.path).write_text(mutant.text)
        if passed - _passed(copy):
            found.add(mutant.name)
    return found


def _passed(project: Adopted) -> set[str]:
    ended = project.pytest().ended
    return {name for name, how in ended.items() if how == "passed" and ".harness." not in name}


def each_sample() -> list[object]:
    return [pytest.param(*DAILY), *(pytest.param(name, "", marks=pytest.mark.nightly) for name in SAMPLES)]


@pytest.mark.timeout(3600)  # a run of the suite for each mutant, before and after
@pytest.mark.parametrize(("name", "kind"), each_sample())
def test_what_was_caught_is_caught(
    adopt_sample: AdoptSample, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    adopted = adopt_sample(name)
    project = commit(adopted.copy(tmp_path / "project"))
    own = _own(adopted, tmp_path / "own") if name in ALONE else project

    mutants = [each for each in mutants_of(project.root) if each.what.startswith(kind)]

    before = caught(own, tmp_path / "before", mutants)
    audit(project, "--json", "audit.json")
    convert(project, "--write")
    after = caught(project, tmp_path / "after", mutants)

    gained = sorted(after - before)
    with capsys.disabled():
        count = f"{len(mutants)} mutants, {len(before)} caught before, {len(after)} after. The gain:"
        sys.stdout.write("\n  ".join([f"\n{name}: {count}", *gained]) + "\n")
    assert before - after == set()
    assert gained or (kind and before)


def _own(adopted: Adopted, top: Path) -> Adopted:
    """Return the project without the plugin, which runs in the same environment."""
    copy_files(adopted.sample.name, top)
    return replace(adopted, top=top, installed=adopted.top)


APP = """
async def read(number, me, db):
    note = await db.scalar(select(Note).where(Note.id == number))
    if note is None or note.owner != me:
        raise HTTPException(404)
    if note.old:
        note.old = False
    await db.commit()
"""


def test_each_kind_of_mutant(tmp_path: Path) -> None:
    """A generator that finds nothing would prove nothing."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text(APP)

    found = {mutant.what: _changed(mutant) for mutant in mutants_of(tmp_path)}

    assert found == {
        "no filter: select(Note).where(Note.id == number)": "note = await db.scalar(select(Note))",
        "no check: note is None or note.owner != me": "if False:",
        "half a check: note is None": "if False or note.owner != me:",
        "half a check: note.owner != me": "if note is None or False:",
        "another status: 404": "raise HTTPException(418)",
        "no condition: note.old": "if True:",
        "no commit: await db.commit()": "None",
    }


def _changed(mutant: Mutant) -> str:
    return next(line.strip() for line in mutant.text.splitlines() if line not in APP.splitlines())
