import re

from .step import ServiceFiles, Step
from .text_edits import inside

COMMANDS = {
    r"uv tool run (?:--from \S+ )?copier update --defaults": "oneloop update",
    r"python -m tests\.harness\.dev serve": "oneloop dev",
    r"python -m tests\.harness\.dev run": "oneloop run",
    r"python -m tests\.harness\.update": "oneloop update",
}
MANIFEST = re.compile(r',\s*\{ cmd = "python -m tests\.harness\.manifest" \}')
SELFTEST = 'selftest = { cmd = "oneloop selftest", help = "Test the test plugin itself" }\n'


def change(files: ServiceFiles) -> None:
    for path in files.sources(".toml", ".md", ".yml", ".yaml", ".sh", ".py"):
        text = files.read(path) or ""
        new = with_new_names(MANIFEST.sub("", text), "uv run " if path.endswith((".yml", ".yaml")) else "")
        if path == "pyproject.toml" and not re.search(r"^selftest =", new, re.MULTILINE):
            new = inside(new, "tool.poe.tasks", lambda lines: lines + SELFTEST)
        files.write(path, new)


def with_new_names(text: str, prefix: str) -> str:
    for old, new in COMMANDS.items():
        text = re.sub(rf"uv run {old}\b", f"uv run {new}", text)
        text = re.sub(rf"\b{old}\b", prefix + new, text)
    return text.replace("--vcs-ref names a release", "--to names a release")


STEP = Step(
    "0.4.0",
    "Write the new names of the commands",
    "`python -m tests.harness.dev` and the others are `oneloop dev`, `run`, `update` and `selftest` now.",
    change,
)
