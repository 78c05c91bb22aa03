"""Code in the documents is code."""

import ast
import textwrap
from pathlib import Path

import pytest

from tests.docs.edits import EditError, edit
from tests.docs.markdown import Block, blocks, documents

PYTHON = [block for document in documents() for block in blocks(document, "python", "py")]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_parses(block: Block) -> None:
    """A reader who copies a block gets no syntax error; a piece of a dictionary counts as one."""
    text = block.text
    if (found := edit(block)) is not None and found.how == "in" and found.text.lstrip().startswith('"'):
        text = "{\n" + text.rstrip().removesuffix("\n}") + "\n}"
    try:
        ast.parse(textwrap.dedent(text))
    except IndentationError:
        ast.parse("if True:\n" + text)


def test_blocks_are_found() -> None:
    """The documents do have blocks, so that no test above passes for want of any."""
    assert len(PYTHON) > 10


@pytest.mark.parametrize(
    ("title", "message"),
    [
        pytest.param("# there.py: new", "there.py exists", id="new"),
        pytest.param("# nowhere.py: in", "there is no nowhere.py", id="in"),
        pytest.param("# nowhere.py: at the end", "there is no nowhere.py", id="at-the-end"),
    ],
)
def test_edit_that_does_not_fit_is_refused(tmp_path: Path, title: str, message: str) -> None:
    """A block that names the wrong file fails, and says where it stands."""
    (tmp_path / "there.py").write_text("x = 1\n")
    found = edit(Block(Path("a.md"), 7, "python", f"{title}\ny = 2\n"))
    assert found is not None

    with pytest.raises(EditError, match=rf"a\.md:7: {message}"):
        found.apply(tmp_path)


def test_edit_in_a_file_replaces_from_first_to_last_line(tmp_path: Path) -> None:
    """What stands between the two lines is as the block says; the rest stays."""
    file = tmp_path / "there.py"
    file.write_text("a = 1\nb = 2\nold = 3\nc = 4\nd = 5\n")
    found = edit(Block(Path("a.md"), 1, "python", "# there.py: in\nb = 2\nnew = 3\nc = 4\n"))
    assert found is not None

    found.apply(tmp_path)

    assert file.read_text() == "a = 1\nb = 2\nnew = 3\nc = 4\nd = 5\n"


def test_edit_in_place_replaces_what_bears_the_name(tmp_path: Path) -> None:
    """A function takes the place of its namesake, decorators and all; another comes last, and imports first."""
    file = tmp_path / "there.py"
    file.write_text('"""Doc."""\n\nimport a\n\n\n@a.once\ndef f():\n    return 1\n\n\ndef g(): ...\n')
    text = "# there.py: in place\nimport b\n\n\n@b.twice\ndef f():\n    return 2\n\n\ndef h(): ...\n"
    found = edit(Block(Path("a.md"), 1, "python", text))
    assert found is not None

    found.apply(tmp_path)

    assert file.read_text() == (
        '"""Doc."""\n\nimport b\nimport a\n\n\n@b.twice\ndef f():\n    return 2\n\n\ndef g(): ...\n\n\ndef h(): ...\n'
    )
