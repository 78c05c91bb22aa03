"""One project: clone, install, run its suite, adopt, run it again, convert, and run it once more."""

import json
import os
import re
import shlex
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]  # it has no types

from tests.field.place import FieldError, Place, is_green
from tests.field.project import FieldProject
from tests.support.environment import commit_all, git, interpreter, run, uv

GENERATED = re.compile(r"(^|/)(harness/|seam\.py$|docs/testing/|\.copier-answers|[\w.-]+\.lock$|Pipfile\.lock$)")
EDITED = re.compile(r"^Adopted in \d+ s, with (\d+) lines? in (\d+) of your files\.$", re.MULTILINE)
LEFT = re.compile(r"^(\S+?):?\d*: left: (?P<test>\S+) (?P<why>.*) \[(?P<reason>[\w-]+)\]$", re.MULTILINE)
WRONG = ("convert-first", "convert")


async def new_database(server_url: str, name: str) -> dict[str, str]:
    """Make an empty database, and return the parts of its URL."""
    parts = urlsplit(server_url)
    connection = await asyncpg.connect(server_url)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    found = {
        "host": parts.hostname or "",
        "port": str(parts.port),
        "user": parts.username or "",
        "password": parts.password or "",
        "name": name,
    }
    return {**found, "url": "{user}:{password}@{host}:{port}/{name}".format_map(found)}


def clone(project: FieldProject, mirror: Path | None, top: Path) -> None:
    """Clone at the commit, as a branch, from the address or from a folder of git directories."""
    source = project.address
    if mirror is not None:
        folder = mirror / project.folder_name
        source = str(folder if (folder / "HEAD").exists() else next(folder.iterdir()))
    if top.exists():
        shutil.rmtree(top)
    git(top.parent, "clone", "--quiet", "--no-checkout", source, str(top))
    git(top, "checkout", "--quiet", "-B", "field", project.commit)
    with (top / ".git/info/exclude").open("a", encoding="utf-8") as file:
        file.write("\n.venv/\n__pycache__/\n*.pyc\n.pytest_cache/\n.coverage\n")


def clone_again(project: FieldProject, top: Path) -> None:
    """Bring an earlier clone back to its commit; its environment stays."""
    git(top, "checkout", "--quiet", "--force", "-B", "field", project.commit)
    git(top, "clean", "--quiet", "--force", "-dx", "--exclude=.venv")


def install(place: Place) -> None:
    tools = {"UV_TOOL_DIR": str(place.scratch / "tools"), "UV_TOOL_BIN_DIR": str(place.scratch / "bin")}
    for tool in place.project.tools:
        # Poetry knows one index only; its plugin reads another address from this variable.
        mirror = ["--with", "poetry-plugin-pypi-mirror"] if "POETRY_PYPI_MIRROR_URL" in os.environ else []
        run(uv(), "tool", "install", "--quiet", tool, *mirror, cwd=place.top, env=tools)
    for command in place.project.install:
        run_command(place, command)


def install_again(place: Place) -> None:
    """Take the plugin out of an earlier environment, and change the project's files again."""
    place.call(uv(), "pip", "uninstall", "--python", place.python, "oneloop-vendored")
    for command in place.project.install:
        if not command.startswith("uv venv"):
            run_command(place, command)


def run_command(place: Place, command: str) -> None:
    python = interpreter(place.project.python)
    place.succeed(*(python if word == "{python}" else word for word in shlex.split(command)))


def try_project(place: Place, *, mutants: bool = False) -> dict[str, object]:
    """Return what became of each test, and the figures of the table."""
    for command in place.project.prepare:
        run_command(place, command)
    before = place.suite("before")
    if git(place.top, "status", "--porcelain"):  # what installing or the suite has written
        commit_all(place.top, "Install")
    one = place.one_test(before)
    alone = place.alone(one)
    advised = _advised(place) if mutants else []
    caught = place.caught("before", _files(advised), before.reasons) if advised else None
    start = time.monotonic()
    said = place.oneloop("adopt", "--yes", "--no-tests", *place.project.adopt)
    adopting = time.monotonic() - start
    (place.scratch / "adopt.log").write_text(said, "utf-8")
    edited = EDITED.search(said)
    if edited is None:
        raise FieldError(f"adopt did not end:\n{said[-3000:]}")
    numbers = [line.split("\t") for line in git(place.top, "diff", "--numstat").splitlines()]
    files = {path: int(added) for added, _, path in numbers if added.isdigit() and not GENERATED.search(path)}
    after = place.suite("after")
    adopted = place.alone(one) if alone is not None else None
    git(place.top, "add", "--all", "--force", ":(exclude,glob)**/__pycache__/**", ":(exclude,glob)**/.venv/**")
    commit_all(place.top, "Adopt the plugin")
    return {
        "commit": place.project.commit,
        "traits": [*place.project.traits],
        "edits": int(edited[1]),
        "files": files,
        "seconds": {"before": before.seconds, "adopt": adopting, "after": after.seconds},
        "one test": {"name": one, "before": alone, "after": adopted},
        "before": before.outcomes,
        "after": after.outcomes,
        "green": len(before.green),
        "lost": after.lost_since(before),
        **_convert(place, caught),
    }


def _advised(place: Place) -> list[str]:
    """Return the tests that the audit advises to convert."""
    audit = place.scratch / "audit.json"
    place.oneloop("audit", "--json", str(audit), "--tests", place.project.tests)
    found = json.loads(audit.read_text("utf-8"))["tests"]
    return [each["nodeid"] for each in found if each["verdict"] in WRONG]


def _files(nodeids: list[str]) -> list[str]:
    return sorted({each.partition("::")[0] for each in nodeids})


def _convert(place: Place, caught: set[str] | None) -> dict[str, object]:
    """Convert what the audit advises, and run the suite again. `caught` are the bugs that its own suite catches."""
    audit = place.scratch / "audit.json"
    advised = _advised(place)
    if not advised:
        return {"advised": 0, "converted": 0, "left": {}}
    said = place.oneloop("convert", place.project.tests, "--audit", str(audit), "--write", allowed=(0, 1))
    (place.scratch / "convert.log").write_text(said, "utf-8")
    left = {each["test"]: each["why"] for each in LEFT.finditer(said)}
    end = place.suite("converted")
    converted = [name for name in advised if not any(name.endswith(f"::{test}") for test in left)]
    mutants = {}
    if caught is not None:
        now = place.caught("after", _files(advised), end.reasons)
        mutants = {"mutants": {"before": len(caught), "after": len(now), "lost": sorted(caught - now)}}
    return {
        **mutants,
        "advised": len(advised),
        "converted": sum(is_green(name, end) for name in converted),
        "left": left,
        "in_the_end": end.outcomes,
        "red_in_the_end": end.reasons,
    }
