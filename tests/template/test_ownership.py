"""`tests/harness/` and `docs/testing/` are the template's, and everything else is the user's."""

import re

import jinja2
import pytest
import yaml

from tests.conftest import Rendered
from tests.support import template
from tests.support.answers import ADOPTED, CHOICES, ODD
from tests.support.environment import ROOT
from tests.updates.ownership import TEMPLATES, USERS, is_in

RENDERS = [{}, ODD, *({"ci": choice} for choice in CHOICES["service"]["ci"])]


@pytest.mark.parametrize("answers", RENDERS, ids=["default", "odd", *CHOICES["service"]["ci"]])
def test_every_rendered_path_has_one_owner(rendered: Rendered, answers: dict[str, str]) -> None:
    """A new file of the template has no owner until the table of docs/ownership.md names it."""
    paths = template.files(rendered(**answers))

    owners = {path: (is_in(path, TEMPLATES), is_in(path, USERS)) for path in paths}

    assert {path: owner for path, owner in owners.items() if sum(owner) != 1} == {}


@pytest.mark.parametrize("entry", [*TEMPLATES, *USERS])
def test_the_table_names_nothing_that_is_not_there(rendered: Rendered, entry: str) -> None:
    paths = {path for answers in RENDERS for path in template.files(rendered(**answers))}

    assert [path for path in paths if is_in(path, (entry,))]


def allow_list(**answers: str) -> list[str]:
    """Return the lines of `_exclude` as Copier reads them on an update."""
    lines = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))["_exclude"]
    context = {**answers, "_copier_operation": "update", "_copier_conf": {"answers_file": ".copier-answers.yml"}}
    return [jinja2.Template(line, undefined=jinja2.StrictUndefined).render(context) for line in lines]


def test_the_table_and_the_allow_list_name_the_same() -> None:
    """`_exclude` lets through what the table says is the template's, and opens no other folder for good."""
    lines = allow_list(kind="service", tests_dir="tests", tests_top="tests", tests_middle="tests")
    # A folder that is included and excluded again is only the way to what it holds.
    ways = {found[1] for line in lines if (found := re.fullmatch(r"/(\w+)/\*\*", line))}
    let_through = {line.removeprefix("!/") for line in lines if line.startswith("!/")} - ways

    assert let_through == {path.rstrip("/") for path in TEMPLATES}


@pytest.mark.parametrize("answers", [{}, ADOPTED], ids=["service", "adopted"])
def test_a_new_project_gets_no_old_name(rendered: Rendered, answers: dict[str, str]) -> None:
    """The modules of earlier releases in tests/harness/ come with an update alone."""
    harness = rendered(**answers) / "tests/harness"

    assert {path.name for path in harness.iterdir()} == {"oneloop", "pyproject.toml"}


@pytest.mark.parametrize("path", ["Makefile", "docs/api.md", "tests/helpers.py", "tests/orders/__init__.py", "src.md"])
def test_planted_bug_a_new_file_has_no_owner(path: str) -> None:
    """No entry of the table is so wide that it includes an unknown file."""
    assert not is_in(path, TEMPLATES)
    assert not is_in(path, USERS)
