"""A conversion weakens no test: what the suite noticed in a broken app before, it notices after.

The run prints what only the converted suite notices.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adopt.commands import audit, commit, convert
from tests.adopt.mutants import Mutant, caught, mutants_of
from tests.adopt.sample import SAMPLES, Adopted, AdoptSample, copy_files

# The samples whose own suite needs no server; the others run before the conversion with the plugin's.
ALONE = {"shelf", "sqlmodel"}
DAILY = "shelf"


def each_sample() -> list[object]:
    return [pytest.param(name, marks=[] if name == DAILY else [pytest.mark.nightly]) for name in SAMPLES]


@pytest.mark.timeout(3600)  # a run of the suite for each mutant, before and after
@pytest.mark.parametrize("name", each_sample())
def test_what_was_caught_is_caught(
    adopt_sample: AdoptSample, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    adopted = adopt_sample(name)
    project = commit(adopted.copy(tmp_path / "project"))
    own = _own(adopted, tmp_path / "own") if name in ALONE else project

    _, before = caught(own, tmp_path / "before")
    audit(project, "--json", "audit.json")
    convert(project, "--write")
    _, after = caught(project, tmp_path / "after")

    gained = sorted(after - before)
    with capsys.disabled():
        count = f"{len(mutants_of(project.root))} mutants, {len(before)} caught before, {len(after)} after. The gain:"
        sys.stdout.write("\n  ".join([f"\n{name}: {count}", *gained]) + "\n")
    assert before - after == set()
    assert gained


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
