"""The tutorial works: what it tells a reader to do is done here."""

from pathlib import Path

from tests.docs.conftest import Shell
from tests.docs.edits import edit
from tests.docs.markdown import blocks

TUTORIAL = Path("docs/tutorial.md")
# Rendering is the fixture's; test_commands.py runs the command itself.
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
