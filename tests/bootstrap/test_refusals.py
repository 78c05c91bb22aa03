"""`new` refuses what cannot work before it installs or writes anything, and says what to do instead."""

import jinja2
import pytest
import yaml

from tests.bootstrap.conftest import Machine
from tests.support.environment import ROOT, git


def asked_for_a_service() -> list[str]:
    """Return the questions that Copier asks when `kind` is `service`."""
    questions = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
    names = [name for name in questions if not name.startswith("_") and name != "kind"]
    conditions = {name: str(questions[name].get("when", True)) for name in names}
    return [name for name in names if jinja2.Template(conditions[name]).render(kind="service") == "True"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["new"], "the following arguments are required: folder"),
        (["new", "../service", "more"], "unrecognized arguments: more"),
        (["new", "../service", "--trust"], "unrecognized arguments: --trust"),
        (["new", "../service", "--data", "ci"], "`--data ci` answers no question. Use NAME=ANSWER; names: "),
        (["new", "../service", "--data", "name=Orders"], "`--data name=Orders` answers no question."),
        (["new", "../service", "--data", "app=app.main:app"], "`--data app=app.main:app` answers no question."),
        (["new", "../service", "--data", "kind=harness"], "`--data kind=harness` answers no question."),
        (["new", "../service", "--data", "reserved_names="], "`--data reserved_names=` answers no question."),
        (["new", "service"], "is inside this clone. Name a folder beside it, for example ../my-service."),
        (["new", "."], "is inside this clone."),
        (["new", ".."], "is not an empty folder. Name one that does not exist yet."),
        (["new", "../programs/uv"], "is not an empty folder."),
        (["new", "../programs/uv/x"], "/programs/uv is no folder, or is read-only."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_cannot_work_is_refused_and_nothing_is_written(
    machine: Machine, arguments: list[str], expected: str
) -> None:
    before = sorted(machine.home.iterdir())

    message = machine.refusal(*arguments)

    assert expected in message
    assert sorted(machine.home.iterdir()) == before
    assert git(machine.clone, "status", "--porcelain", "--ignored") == ""
    assert machine.calls() == []


def test_a_refused_answer_lists_the_questions_that_copier_asks(machine: Machine) -> None:
    message = machine.refusal("new", "../service", "--data", "name=Orders")

    assert message.endswith(f"names: {', '.join(asked_for_a_service())}.\n")


def test_a_folder_that_is_not_empty_keeps_its_files(machine: Machine) -> None:
    (machine.home / "service").mkdir()
    (machine.home / "service/mine.txt").write_text("mine")

    machine.refusal("new", "../service")

    assert [path.name for path in (machine.home / "service").iterdir()] == ["mine.txt"]
    assert (machine.home / "service/mine.txt").read_text() == "mine"


@pytest.mark.parametrize("arguments", [[], ["frobnicate"], ["--frob"]], ids=["none", "unknown", "an option"])
def test_without_a_known_command_the_commands_are_listed(machine: Machine, arguments: list[str]) -> None:
    done = machine(*arguments)

    assert done.returncode == 2
    listed, nothing = (done.stderr, done.stdout) if arguments else (done.stdout, done.stderr)
    assert all(f"python3 oneloop.py {command} " in listed for command in ("new", "audit", "convert", "test"))
    assert nothing == ""
    assert listed.startswith("".join(f"oneloop: unknown command {each!r}\n" for each in arguments))


def test_help_is_no_error(machine: Machine) -> None:
    assert machine("--help").returncode == 0
    assert "--data NAME=ANSWER" in machine("new", "--help").stdout
