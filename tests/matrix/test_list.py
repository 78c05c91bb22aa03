"""The matrix is generated: no choice and no pair of values is forgotten, and the list says who does which cell."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.matrix.__main__ import RUNNERS, main
from tests.matrix.cells import LIST, SURROUNDINGS, Cell, committed
from tests.matrix.factors import NOT_HERE, Factors, can_be_here, factors, possible, questions
from tests.matrix.run import STEPS, UnknownKindError, run
from tests.matrix.write import HERE, PAGE, as_json, as_table, cells, generate, with_table
from tests.support import template
from tests.support.environment import ROOT, git, succeed

Value = tuple[str, str]


def values_in_no_cell(factors: Factors, cells: Iterable[Cell]) -> set[Value]:
    found = {value for cell in cells for value in cell.values.items()}
    return {(name, value) for name, values in factors.items() for value in values} - found


def pairs_in_no_cell(factors: Factors, cells: Iterable[Cell]) -> set[tuple[Value, ...]]:
    rows = product(*([(name, value) for value in values] for name, values in factors.items()))
    wanted: set[tuple[Value, ...]] = {pair for row in rows if possible(dict(row)) for pair in combinations(row, 2)}
    return wanted - {pair for cell in cells for pair in combinations(cell.values.items(), 2)}


def with_choice(settings: Mapping[str, Any], name: str, choice: str) -> dict[str, Any]:
    """Return copier.yml with a choice more."""
    choices = settings[name]["choices"]
    more = {**choices, f"{choice} planted": choice} if isinstance(choices, dict) else [*choices, choice]
    return {**settings, name: {**settings[name], "choices": more}}


class TestTheList:
    def test_is_what_copier_yml_asks_for(self) -> None:
        """Written by `uv run python -m tests.matrix.write`, never by hand."""
        assert LIST.read_text("utf-8") == as_json(cells())

    def test_of_the_page_is_the_same(self) -> None:
        page = PAGE.read_text("utf-8")

        assert page == with_table(page, as_table(cells()))

    def test_is_written_by_the_command_of_the_page(self, oneloop: Path, tmp_path: Path) -> None:
        """And the page's other command does a cell that `test --all` does too, by the same function."""
        ((do, write),) = re.findall(r"^```sh\n(.+)\n(.+)\n```$", PAGE.read_text("utf-8"), re.MULTILINE)
        clone = template.snapshot_of(oneloop, tmp_path / "oneloop")
        (clone / "tests/matrix/cells.json").write_text("[]")
        before, _, cell = do.rpartition(" ")

        succeed(sys.executable, *write.split()[3:], cwd=clone)

        assert write.startswith("uv run python -m ")
        assert git(clone, "status", "--porcelain") == ""
        assert before == "uv run python -m tests.matrix run"
        assert cell in [each.name for each in committed() if each.here]

    def test_has_each_choice(self) -> None:
        assert values_in_no_cell(factors(questions()), committed()) == set()

    def test_has_each_pair_that_can_be(self) -> None:
        assert pairs_in_no_cell(factors(questions()), committed()) == set()

    def test_has_no_cell_that_cannot_be(self) -> None:
        assert [cell.name for cell in committed() if not possible(cell.values)] == []

    def test_gives_each_cell_a_name_of_its_own_for_a_shell_and_a_path(self) -> None:
        names = [cell.name for cell in committed()]

        assert len(set(names)) == len(names)
        assert [name for name in names if not re.fullmatch(r"[\w.-]+", name)] == []

    def test_is_not_twice_as_long_as_it_has_to_be(self) -> None:
        """The product of the two largest factors is the least that any matrix of pairs needs."""
        two, one = sorted(map(len, factors(questions()).values()))[-2:]

        assert len(committed()) < 2 * one * two


class TestWhatOneMachineDoes:
    def test_has_each_choice_but_those_that_have_a_reason(self) -> None:
        here = [cell for cell in committed() if cell.here]

        assert len(here) == HERE
        assert values_in_no_cell(factors(questions()), here) == set(NOT_HERE)

    def test_is_what_its_machine_can_do(self) -> None:
        assert [cell.name for cell in committed() if cell.here and not can_be_here(cell.values)] == []

    def test_has_most_of_the_pairs_that_its_machine_can_do(self) -> None:
        every = factors(questions())
        able = {name: [value for value in every[name] if (name, value) not in NOT_HERE] for name in every}
        none, here = pairs_in_no_cell(able, []), pairs_in_no_cell(able, [cell for cell in committed() if cell.here])

        assert len(here) < len(none) / 3


class TestAPlantedChoice:
    @pytest.mark.parametrize(
        ("name", "choice"), [("ci", "jenkins"), ("kind", "library"), ("python_min", "3.16")], ids=lambda value: value
    )
    def test_is_in_no_cell(self, name: str, choice: str) -> None:
        """A choice that copier.yml has and the list has not is named, here and in the whole."""
        planted = factors(with_choice(questions(), name, choice))
        here = [cell for cell in committed() if cell.here]

        assert (name, choice) in values_in_no_cell(planted, committed())
        assert (name, choice) in values_in_no_cell(planted, here) - set(NOT_HERE)
        assert {pair for pair in pairs_in_no_cell(planted, committed()) if (name, choice) in pair}

    @pytest.mark.parametrize(("name", "choice"), [("ci", "jenkins"), ("kind", "library")], ids=lambda value: value)
    def test_gets_cells_when_the_list_is_written(self, name: str, choice: str) -> None:
        """A fourth CI needs one more that `test --all` does: two of the five are adoptions, for their drivers."""
        planted = factors(with_choice(questions(), name, choice))
        made = [Cell(dict(row), here) for row, here in generate(planted)]

        assert pairs_in_no_cell(planted, made) == set()
        assert values_in_no_cell(planted, [cell for cell in made if cell.here]) == set(NOT_HERE)

    def test_of_a_new_question_is_a_factor_by_itself(self) -> None:
        question = {"type": "str", "default": "uv", "choices": ["uv", "pdm"]}

        assert factors({**questions(), "installer": question})["installer"] == ["uv", "pdm"]


class TestACell:
    def test_answers_only_what_copier_yml_asks(self) -> None:
        asked = {name for name, question in questions().items() if name[0] != "_" and question.get("when") is not False}

        assert {name for cell in committed() for name in cell.answers} <= asked
        assert asked.isdisjoint(SURROUNDINGS)

    def test_of_a_kind_without_steps_is_refused(self, tmp_path: Path) -> None:
        first = committed()[0]

        with pytest.raises(UnknownKindError, match=r"no steps for kind 'library': add them to STEPS"):
            run(Cell({**first.values, "kind": "library"}, here=True), tmp_path)

    @pytest.mark.parametrize("kind", factors(questions())["kind"])
    def test_of_each_kind_has_steps(self, kind: str) -> None:
        assert STEPS[kind]

    @pytest.mark.nightly
    def test_takes_nothing_that_windows_has_not(self, tmp_path: Path) -> None:
        """By its types: no Windows was at hand."""
        mypy = [sys.executable, "-m", "mypy", "--platform", "win32", "--cache-dir", str(tmp_path)]

        succeed(*mypy, "tests/matrix/__main__.py", cwd=ROOT)

    def test_that_is_not_there_is_refused_in_a_sentence(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["run", "planted"])

        assert ended.value.code == 2
        assert "there is no cell 'planted': `list` prints their names" in capsys.readouterr().err


class TestGitHub:
    """Our own workflow does every cell, and has no list of its own."""

    WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))

    def test_is_given_every_cell(self, tmp_path: Path) -> None:
        """By the very command of its first job, on a Python with no package at hand."""
        (step,) = [step for step in self.WORKFLOW["jobs"]["list"]["steps"] if step.get("id") == "list"]
        output, python = tmp_path / "output", tmp_path / "python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # -S: the standard library, and no more
        python.chmod(0o755)
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])

        succeed(
            "bash", "-euo", "pipefail", "-c", step["run"], cwd=ROOT, env={"GITHUB_OUTPUT": str(output), "PATH": path}
        )

        name, _, listed = output.read_text().partition("=")
        assert name == "cells"
        assert json.loads(listed) == [
            {"name": cell.name, "python": cell.values["python"], "runner": RUNNERS[cell.values["os"]]}
            for cell in committed()
        ]

    def test_does_every_cell_that_it_is_given(self) -> None:
        jobs = self.WORKFLOW["jobs"]
        job = jobs["cell"]

        assert jobs["list"]["outputs"] == {"cells": "${{ steps.list.outputs.cells }}"}
        assert job["needs"] == "list"
        assert job["strategy"]["matrix"] == {"cell": "${{ fromJSON(needs.list.outputs.cells) }}"}
        assert job["runs-on"] == "${{ matrix.cell.runner }}"
        assert "continue-on-error" not in job
        assert {"uses": "actions/setup-python@v6", "with": {"python-version": "${{ matrix.cell.python }}"}} in job[
            "steps"
        ]
        assert job["steps"][-1]["run"] == 'python -m tests.matrix run "$CELL"'
        assert job["steps"][-1]["env"]["CELL"] == "${{ matrix.cell.name }}"
