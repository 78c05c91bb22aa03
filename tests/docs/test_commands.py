"""The commands on a page exist and do what it says: those that write a service, and the whole tutorial."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from tests.docs.conftest import Shell
from tests.docs.edits import edit
from tests.docs.markdown import ROOT, blocks
from tests.support.environment import git

DOCUMENTS = [
    Path("README.md"),
    Path("CONTRIBUTING.md"),
    *(path.relative_to(ROOT) for path in sorted((ROOT / "docs").glob("*.md"))),
]
COMMANDS = {block.text.strip() for document in DOCUMENTS for block in blocks(document, "sh")}
RENDERING = sorted(command for command in COMMANDS if command.startswith("python3 oneloop.py new"))
TEXTS = {document: (ROOT / document).read_text("utf-8") for document in DOCUMENTS}
MODULES = sorted({name for text in TEXTS.values() for name in re.findall(r"python -m (tests[\w.]+\w)", text)})
SCRIPTS = sorted({name for text in TEXTS.values() for name in re.findall(r"python (tests/[\w/]+\.py)", text)})


# Without answers it does the same and less.
NEW = [pytest.param(each, marks=[] if "--data" in each else pytest.mark.nightly) for each in RENDERING]


@pytest.mark.parametrize("command", NEW)
def test_new_renders_a_service_and_runs_its_tests(oneloop: Path, tmp_path: Path, command: str) -> None:
    """It says where to read on. An update finds the template again by the path and the commit that are recorded."""
    clone = shutil.copytree(oneloop, tmp_path / "oneloop")
    words = shlex.split(command)

    output = Shell(clone)(command)

    assert re.search(r"\d+ passed in ", output)
    assert output.endswith("is written, and its tests passed. Its README.md says what is next.\n")
    service = (clone / words[3]).resolve()
    recorded = yaml.safe_load((service / ".copier-answers.yml").read_text("utf-8"))
    assert recorded["_src_path"] == str(clone)
    assert recorded["_commit"] == git(clone, "describe", "--tags", "--always")
    assert {word for word in words if "=" in word} <= {f"{name}={answer}" for name, answer in recorded.items()}
    assert (service / "src" / recorded["package_name"]).is_dir()
    assert (service / ".github").exists() == (recorded["ci"] == "github")


def test_readme_has_the_two_commands() -> None:
    """The first renders a service; the second runs this repository's tests, and so this one."""
    assert [block.text for block in blocks(Path("README.md"), "sh")] == [
        "python3 oneloop.py new ../my-service\n",
        "python3 oneloop.py test\n",
    ]


@pytest.mark.parametrize("module", MODULES)
def test_named_module_exists(module: str) -> None:
    path = ROOT / module.replace(".", "/")

    assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), f"No page may name {module}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_named_script_exists(script: str) -> None:
    assert (ROOT / script).is_file(), f"{script} is on a page. Correct the page, or add the script."


def test_commands_of_the_clone_exist() -> None:
    """Each `oneloop.py COMMAND` on a page is one that `oneloop.py` lists."""
    listed = set(re.findall(r"^python3 oneloop\.py (\w+)", (ROOT / "oneloop.py").read_text("utf-8"), re.MULTILINE))
    named = {name for text in TEXTS.values() for name in re.findall(r"oneloop\.py (\w+)", text)}

    assert {"new", "test"} <= named
    assert named <= listed


TUTORIAL = Path("docs/tutorial.md")
# The fixture renders; the test of `new` runs the command itself.
RENDERED = "python3 oneloop.py new ../my-service\n"
ENTERED = "cd ../my-service\n"


def test_tutorial_ends_green(shell: Shell) -> None:
    """Every edit and every command, in the document's order, from nothing to a tested endpoint."""
    first, *steps = blocks(TUTORIAL, "python", "sh")
    outputs = []

    assert first.text == RENDERED
    for step in steps:
        if step.language == "sh":
            outputs.append(shell(step.text.removeprefix(ENTERED)))
        else:
            change = edit(step)
            assert change is not None, f"{step} does not say which file it is"
            change.apply(shell.folder)

    assert "6 passed" in outputs[-1]
    assert "All checks passed!" in outputs[-1]
    assert "reformatted" not in outputs[-1], "`poe fmt` found the tutorial's code, or the migration, not formatted"
    assert len(list((shell.folder / "migrations/versions").glob("*add_tags.py"))) == 1
