import re
import tomllib

from .step import ServiceFiles, Step
from .text_edits import add_to_array, has_table, inside

SOURCE = 'oneloop-vendored = {{ path = "{}/harness", editable = true }}\n'
NAME = '"oneloop-vendored"'


def change(files: ServiceFiles) -> None:
    path = files.beside_tests("pyproject.toml")
    text = files.read(path)
    if text is None:
        files.leave(path, "There is no pyproject.toml. Install the plugin:", "pip install --editable ./tests/harness")
        return
    if NAME in text or "oneloop-vendored =" in text or _is_required_elsewhere(files):
        return
    here = files.tests.removeprefix(f"{files.project}/")
    source = SOURCE.format(here)
    new = inside(text, "dependency-groups", lambda lines: add_to_array(lines, "dev", NAME, "the test plugin"))
    if new == text:
        command = f"uv add --dev --editable ./{here}/harness"
        files.leave(path, "It has no list `dev` in [dependency-groups]. Install the plugin, such as by:", command)
        return
    if has_table(new, "tool.uv.sources"):
        new = inside(new, "tool.uv.sources", lambda lines: lines + source)
    else:
        groups = "[dependency-groups]"
        new = inside(new, groups[1:-1], lambda lines: f"{lines}\n[tool.uv.sources]\n{source}")
    if tomllib.loads(new)["tool"]["uv"]["sources"]["oneloop-vendored"]["editable"]:
        files.write(path, new)


def _is_required_elsewhere(files: ServiceFiles) -> bool:
    """Whether a project without uv installs the folder, as in requirements-dev.txt."""
    folder = files.folder / files.project
    return any(
        re.search(r"^\s*-e\s.*harness", file.read_text("utf-8", "replace"), re.MULTILINE)
        for file in folder.glob("requirements*.txt")
    )


STEP = Step(
    "0.4.0",
    "Install the test plugin from tests/harness",
    "It is a distribution now, and brings its own dependencies: pytest, httpx2, blockbuster and others.",
    change,
)
