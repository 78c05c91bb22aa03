"""A release made for the tests: it changes every file of the template, and files that must not arrive.

It also asks a new question, and removes a choice.
"""

from pathlib import Path

from tests.support.environment import ROOT
from tests.support.template import TESTS
from tests.updates.edits import append, edit

ADDED = "added_by_the_fix.py"
ADDED_TO = (
    *(".", "docs", "migrations", "migrations/versions", "src/{{package_name}}", TESTS, f"{TESTS}/documents"),
    *("docs/testing", f"{TESTS}/harness/oneloop", f"{TESTS}/harness/oneloop/postgres"),
)
NEWS = "A release for the tests."
# What the release removes and renames.
REMOVED = "docs/testing/live.md"
GONE = {"ci": "gitlab"}
# A package that the plugin depends on from then on.
DEPENDENCY = "iniconfig"
LOCKED = f'{{ name = "{DEPENDENCY}", specifier = ">=2" }}'
USERS_REMOVED = f"{TESTS}/test_cli.py.jinja"
USERS_RENAMED = f"{TESTS}/factories.py.jinja"


def line(version: str) -> bytes:
    """Return the line that ends every file of the release."""
    return f"# {version}\n".encode()


def plant(repository: Path, before: str, version: str) -> None:
    """Change every file of the template, add some, remove one of each owner and rename a user's."""
    assert repository != ROOT, "this changes a copy"
    template = repository / "template"
    for path in [path for path in template.rglob("*") if path.is_file() and "answers_file" not in path.name]:
        path.write_bytes(path.read_bytes() + line(version))
    for folder in ADDED_TO:
        (template / folder / ADDED).write_bytes(line(version))
    for name in (REMOVED, USERS_REMOVED):
        (template / name).unlink()
    (template / USERS_RENAMED).rename(template / f"{TESTS}/renamed_by_the_fix.py.jinja")
    plugin = template / TESTS / "harness/pyproject.toml.jinja"
    edit(plugin, "dependencies = [\n", f'dependencies = [\n    "{DEPENDENCY}>=2",\n')
    edit(plugin, f'\nversion = "{before}"\n', f'\nversion = "{version}"\n')
    section = f"## {version}\n\n- {NEWS}\n\n### Change by hand\n\nNothing.\n\n"
    edit(repository / "CHANGELOG.md", f"## {before} ", f"{section}## {before} ")
    edit(repository / "copier.yml", "    GitLab CI: gitlab\n", "")
    append(repository / "copier.yml", "\nlicence:\n  type: str\n  default: MIT\n  help: A newer question.\n")
