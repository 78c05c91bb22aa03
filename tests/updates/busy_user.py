"""The busy user: what users do to a service between two updates, one function each."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.environment import git
from tests.updates import domain, fix
from tests.updates.edits import append, edit
from tests.updates.outcome import contents
from tests.updates.ownership import is_users
from tests.updates.stripped import strip

COMMENTS = {".md": ("<!-- mine -->\n", "\nMine.\n"), ".json": ("\n", "\n"), ".mako": ("## mine\n", "## mine\n")}
HASH = ("# mine, above\n", "# mine, below\n")

OVERRIDE = '''

@pytest.fixture
def async_client(async_client: AsyncClient) -> AsyncClient:
    """Send a header with each request."""
    async_client.headers["X-Tenant"] = "ours"
    return async_client
'''


def edits_every_file(service: Path) -> None:
    """Add a line above and below the text of each file of the user's."""
    edits(service, is_users)


def edits(service: Path, mine: Callable[[str], bool]) -> None:
    """Add a line above and below the text of each file that is `mine`."""
    for path in filter(mine, contents(service)):
        above, below = COMMENTS.get(Path(path).suffix, HASH)
        text = (service / path).read_bytes()
        (service / path).write_bytes(above.encode() + text + below.encode())


def adds_a_domain(service: Path) -> None:
    """Add a model, a migration, routes and tests."""
    domain.add(service)


def changes_an_example(service: Path) -> None:
    """Let a route say more, and its test expect it."""
    folders = (service / "tests/health").exists()  # up to 0.2.0
    for path in (
        "src/my_service/health/routes.py" if folders else "src/my_service/health.py",
        "tests/health/test_routes.py" if folders else "tests/test_health.py",
    ):
        edit(service / path, '{"status": "healthy"}', '{"status": "healthy", "by": "us"}')


def deletes_an_example(service: Path) -> None:
    """Delete tests, and the README."""
    for path in ("tests/test_cli.py", "README.md"):
        (service / path).unlink()
    (service / "README.md").write_text("# Ours\n")  # pyproject.toml names it


def overrides_a_fixture(service: Path) -> None:
    """Extend a fixture of the plugin by one of the same name."""
    conftest = service / "tests/conftest.py"
    edit(conftest, "from fastapi import FastAPI\n", "from fastapi import FastAPI\nfrom httpx2 import AsyncClient\n")
    append(conftest, OVERRIDE)


def sets_pytest(service: Path) -> None:
    """Add options and a marker."""
    edit(service / "pytest.ini", "--strict-config", "--strict-config --durations=3")
    append(service / "pytest.ini", "markers =\n    slow: takes its time\n")


def adds_a_dependency(service: Path) -> None:
    """Depend on one more package."""
    edit(service / "pyproject.toml", '    "alembic>=1.20",\n', '    "alembic>=1.20",\n    "anyio>=4",\n')


def renames_a_folder(service: Path) -> None:
    """Call the tests of a noun by another noun."""
    (service / "tests/users").rename(service / "tests/people")


def writes_what_a_release_adds(service: Path) -> None:
    """Have files of the user's where the next release has new ones."""
    for folder in (".", "src/my_service", "tests", "migrations", "docs"):
        (service / folder / fix.ADDED).write_text('"""Ours."""\n')
    if not (service / "tests/access.py").exists():
        (service / "tests/access.py").write_text('"""Ours: not the table that the plugin reads."""\n')


def checks_out_with_crlf(service: Path) -> None:
    """Work on Windows, where an editor has rewritten every file."""
    git(service, "config", "core.autocrlf", "true")
    for path, text in contents(service).items():
        (service / path).write_bytes(text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def deletes_every_example(service: Path) -> None:
    """Keep the users and their login, and nothing else."""
    strip(service)


def misses_newer_questions(service: Path) -> None:
    """Have answers from before a question existed."""
    answers = service / ".copier-answers.yml"
    kept = [line for line in answers.read_text().splitlines(keepends=True) if not line.startswith(("ci:", "kind:"))]
    answers.write_text("".join(kept))


def ignores_the_template(service: Path) -> None:
    """Have a .gitignore under which the template's files would be ignored."""
    append(service / ".gitignore", "docs/\n*.tmp\n")
    (service / "notes.tmp").write_text("mine")


Habit = Callable[[Path], None]
# These go together, see below; the others each want a service of their own.
TOGETHER: list[Habit] = [
    edits_every_file,
    adds_a_domain,
    changes_an_example,
    deletes_an_example,
    overrides_a_fixture,
    sets_pytest,
    adds_a_dependency,
    renames_a_folder,
]
ALONE: list[Habit] = [
    writes_what_a_release_adds,
    checks_out_with_crlf,
    deletes_every_example,
    misses_newer_questions,
    ignores_the_template,
]


def does_all_of_it(service: Path) -> None:
    """Do all that goes together."""
    for habit in reversed(TOGETHER):
        habit(service)


def copy(service: Path, destination: Path) -> Path:
    """Return a copy of a committed service, to be busy in."""
    return Path(shutil.copytree(service, destination, ignore=shutil.ignore_patterns(".venv", "__pycache__")))
