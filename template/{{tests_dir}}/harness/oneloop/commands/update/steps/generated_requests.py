from .step import ServiceFiles, Step
from .text_edits import inside

GROUP = """\
# For `uv run --group contract pytest -m contract` alone: it brings 15 packages.
contract = ["schemathesis>=4.32"]
"""
OPTION = "-p no:schemathesis"


def change(files: ServiceFiles) -> None:
    project, ini = files.read("pyproject.toml"), files.read("pytest.ini")
    if project is None or ini is None or files.answer("kind") == "harness" or "schemathesis" in project:
        return
    if "[dependency-groups]" not in project:
        files.leave("pyproject.toml", "It has no [dependency-groups].", "[dependency-groups]", *GROUP.splitlines())
        return
    files.write("pyproject.toml", inside(project, "dependency-groups", lambda lines: lines + GROUP))
    if OPTION not in ini:
        with_option = "\n".join(
            f"{line} {OPTION}" if line.startswith("addopts =") and line.strip() != "addopts =" else line
            for line in ini.split("\n")
        )
        files.write("pytest.ini", with_option)
        if with_option == ini:
            files.leave("pytest.ini", "It has no line of addopts to add the option to.", OPTION)
    ignored = files.read(".gitignore")
    if ignored is not None and ".hypothesis" not in ignored:
        files.write(".gitignore", f"{ignored.rstrip()}\n.hypothesis/\n")


STEP = Step(
    "0.2.0",
    "Add the group `contract` with Schemathesis",
    "`uv run --group contract pytest -m contract` sends generated requests.",
    change,
)
