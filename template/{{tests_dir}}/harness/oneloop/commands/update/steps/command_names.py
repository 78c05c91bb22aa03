import re
from pathlib import Path

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
# The audit and the converter run from the template now.
TOOL = re.compile(r"(?:uv run (?:--with libcst )?)?\bpython -m tests\.harness\.(audit|convert)\b")


def change(files: ServiceFiles) -> None:
    tools = f"uvx --from '{_address(files.answer('_src_path'))}#subdirectory=tools' oneloop-tools"
    for path in files.sources(".toml", ".md", ".yml", ".yaml", ".sh", ".py"):
        text = files.read(path) or ""
        text = TOOL.sub(lambda found: f"{tools} {found[1]} .", text)
        new = with_new_names(MANIFEST.sub("", text), "uv run " if path.endswith((".yml", ".yaml")) else "")
        if path == "pyproject.toml" and not re.search(r"^selftest =", new, re.MULTILINE):
            new = inside(new, "tool.poe.tasks", lambda lines: lines + SELFTEST)
        files.write(path, new)


def _address(source: str) -> str:
    """Return the template's address in the form that uv takes."""
    if source.startswith(("gh:", "gl:")):
        host = {"gh": "github.com", "gl": "gitlab.com"}[source[:2]]
        return f"git+https://{host}/{source[3:].removesuffix('.git')}"
    if re.match(r"[^/:]+@[^/:]+:(?!//)", source):
        return f"git+ssh://{source.replace(':', '/', 1)}"
    if re.match(r"[a-z+]+://", source):
        return f"git+{source.removeprefix('git+')}"
    return f"git+{Path(source).expanduser().absolute().as_uri()}"


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
