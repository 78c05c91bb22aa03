"""Adopt public projects as a user does, and print what became of their tests.

    uv run python -m tests.field [NAME ...] [--mirror FOLDER] [--work FOLDER [--again]] [--json FILE] [--record]

NAME is a part of OWNER/NAME; without one, all of projects.toml are tried. A mirror is a folder with a git directory
OWNER+NAME for each. `--record` renews figures.json and docs/field.md. Nothing of a project is kept in this repository.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.field import table
from tests.field.project import FILE, FieldProject, read_projects
from tests.field.trial import FieldError, Place, clone, clone_again, install, install_again, new_database, try_project
from tests.support.shipped import start_server


def main() -> int:
    """Try the projects, and return 1 if one could not be tried."""
    parser = argparse.ArgumentParser(description="Adopt public projects, and print what became of their tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of OWNER/NAME; without one, all")
    parser.add_argument("--mirror", type=Path, metavar="FOLDER", help="git directories, OWNER+NAME each")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where the clones and logs stay")
    parser.add_argument("--again", action="store_true", help="with --work: take the clones and environments there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results by test")
    parser.add_argument("--record", action="store_true", help="renew figures.json and docs/field.md")
    options = parser.parse_args()
    projects = read_projects(FILE.read_text("utf-8"))
    chosen = [each for each in projects.values() if not options.names or any(n in each.name for n in options.names)]
    if not chosen:
        parser.error(f"no project is called {' or '.join(options.names)}; there are: {', '.join(projects)}")
    results: dict[str, Mapping[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="oneloop-field-") as temporary, start_server(tcp=True) as server:
        work = (options.work or Path(temporary)).resolve()
        for project in chosen:
            say(f"{project.name} ...")
            try:
                results[project.name] = try_one(project, options.mirror, work, server.url, again=options.again)
            except FieldError as error:
                say(f"{project.name}: {error}")
    date = datetime.now(UTC).date().isoformat()
    figures = {name: table.summary(result, date) for name, result in results.items()}
    sys.stdout.write(table.render(figures, {name: projects[name].left for name in figures}) + "\n")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), "utf-8")
    if options.record:
        table.record(figures, {each.name: each.left for each in projects.values()})
    return int(len(results) < len(chosen))


def try_one(project: FieldProject, mirror: Path | None, work: Path, server: str, *, again: bool) -> Mapping[str, Any]:
    scratch = work / f"{project.folder_name}.logs"
    scratch.mkdir(parents=True, exist_ok=True)
    database = asyncio.run(new_database(server, "field"))
    place = Place(project, work / project.folder_name, scratch, project.variables(database))
    if again and (place.top / ".git").is_dir():
        clone_again(project, place.top)
        install_again(place)
    else:
        clone(project, mirror, place.top)
        install(place)
    return try_project(place)


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
