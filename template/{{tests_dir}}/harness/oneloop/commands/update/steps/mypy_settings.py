import re

from .step import ServiceFiles, Step
from .text_edits import inside

EXCLUDE = 'exclude = ["^tests/harness/"] # mypy finds the plugin where it is installed\n'


def change(files: ServiceFiles) -> None:
    text = files.read("pyproject.toml")
    if text is None or files.answer("kind") == "harness" or "[tool.mypy]" not in text:
        return
    has_conftest = files.bytes_of("conftest.py") is not None

    def lines_of_mypy(lines: str) -> str:
        if not has_conftest:
            for form in (r'(?m)^[ \t]*"conftest\.py",?[ \t]*\n', r', *"conftest\.py"', r'"conftest\.py", *'):
                lines = re.sub(form, "", lines, count=1)
        if re.search(r"^exclude\b", lines, re.MULTILINE):
            if "tests/harness" not in lines:
                files.leave("pyproject.toml", "Add the plugin to `exclude` of [tool.mypy].", '"^tests/harness/"')
            return lines
        after_files = re.sub(r"(?m)^files = \[.*\].*\n", lambda found: found[0] + EXCLUDE, lines, count=1)
        return EXCLUDE + lines if after_files == lines else after_files

    files.write("pyproject.toml", inside(text, "tool.mypy", lines_of_mypy))


STEP = Step(
    "0.4.0",
    "Let mypy find the test plugin once",
    "It is installed, and mypy must not read its files a second time below tests.",
    change,
)
