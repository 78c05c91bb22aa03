"""Adopt public projects as a user does, and print what became of their tests.

    uv run python -m tests.field [NAME ...] [--mirror FOLDER] [--work FOLDER [--again]] [--mutants] [--record]

NAME is a part of OWNER/NAME; without one, all of projects.toml are tried. A mirror is a folder with a git directory
OWNER+NAME for each. `--record` renews figures.json and docs/adopting.md. Nothing of a project is kept here.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tools/src"))

from tests.field.place import FieldError, Place
from tests.field.project import FILE, FieldProject, read_projects
from tests.field.trial import clone, clone_again, install, install_again, new_database, try_project
from tests.support.environment import ROOT
from tests.support.shipped import start_temporary

FIGURES = Path(__file__).with_name("figures.json")
PAGE = ROOT / "docs/adopting.md"
BEGIN = "<!-- begin: made from tests/field/figures.json -->\n"
END = "<!-- end -->\n"

Figures = Mapping[str, Any]
HEADINGS = (
    "project",
    "tried on",
    "green before",
    "kept",
    "lines edited",
    "seconds",
    "one test, s more",
    "to convert",
    "converted and green",
    "mutants caught",
)


def main() -> int:
    """Try the projects, and return 1 if one could not be tried."""
    parser = argparse.ArgumentParser(description="Adopt public projects, and print what became of their tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of OWNER/NAME; without one, all")
    parser.add_argument("--mirror", type=Path, metavar="FOLDER", help="git directories, OWNER+NAME each")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where the clones and logs stay")
    parser.add_argument("--again", action="store_true", help="with --work: take the clones and environments there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results by test")
    parser.add_argument("--mutants", action="store_true", help="plant bugs before and after the conversion; takes long")
    parser.add_argument("--record", action="store_true", help="renew figures.json and docs/adopting.md")
    options = parser.parse_args()
    projects = read_projects(FILE.read_text("utf-8"))
    chosen = [each for each in projects.values() if not options.names or any(n in each.name for n in options.names)]
    if not chosen:
        parser.error(f"no project is called {' or '.join(options.names)}; there are: {', '.join(projects)}")
    results: dict[str, Mapping[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="oneloop-field-") as temporary, start_temporary(tcp=True) as server:
        work = (options.work or Path(temporary)).resolve()
        for project in chosen:
            say(f"{project.name} ...")
            try:
                place = place_of(project, options.mirror, work, server.url, again=options.again)
                results[project.name] = try_project(place, mutants=options.mutants)
            except FieldError as error:
                say(f"{project.name}: {error}")
    date = datetime.now(UTC).date().isoformat()
    figures = {name: summary(result, date) for name, result in results.items()}
    sys.stdout.write(render(figures, {name: projects[name].left for name in figures}) + "\n")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), "utf-8")
    if options.record:
        record(figures, {each.name: each.left for each in projects.values()})
    return int(len(results) < len(chosen))


def place_of(project: FieldProject, mirror: Path | None, work: Path, server: str, *, again: bool) -> Place:
    """Clone and install a project, or take an earlier clone."""
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
    return place


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def summary(result: Figures, date: str) -> dict[str, Any]:
    """Return what the page needs of a result: the tests by their outcome, and those that were lost by their reason."""
    seconds = result["seconds"]
    return {
        "date": date,
        "commit": result["commit"],
        "traits": result["traits"],
        "green": result["green"],
        "kept": result["green"] - len(result["lost"]),
        "lost": dict(Counter(result["lost"].values())),
        "edits": result["edits"],
        "seconds": round(sum(seconds.values())),
        "of which the suite": round(seconds["before"] + seconds["after"]),
        **_fixed_cost(result.get("one test", {})),
        "advised": result["advised"],
        "converted": result["converted"],
        **({"mutants": result["mutants"]} if "mutants" in result else {}),
        "left": dict(Counter(result["left"].values())),
        "red": dict(Counter(result.get("red_in_the_end", {}).values())),
    }


def _fixed_cost(one: Figures) -> dict[str, float]:
    """Return what a test that is run alone takes more with the plugin, if it is green both times."""
    before, after = one.get("before"), one.get("after")
    return {"one test, more": round(after - before, 2)} if before and after else {}


def render(figures: Mapping[str, Figures], whys: Mapping[str, Mapping[str, str]]) -> str:
    """Return the table, and below it what was left in each project, and why."""
    rows = [
        HEADINGS,
        ("---", "---", *["---:"] * (len(HEADINGS) - 2)),
        *(_row(*each) for each in sorted(figures.items())),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    left = [line for name, why in sorted(whys.items()) if name in figures for line in _left(name, why)]
    return "\n".join([table, "", *left, *_shapes(figures.values())]).strip()


def _row(name: str, each: Figures) -> tuple[str, ...]:
    share = f"{each['kept']} ({100 * each['kept'] // max(each['green'], 1)} %)"
    done = str(each["converted"]) if each["advised"] else "-"
    caught = each.get("mutants")
    link = f"[{name}](https://github.com/{name}/tree/{each['commit'][:12]})"
    return (
        link,
        each["date"],
        str(each["green"]),
        share,
        str(each["edits"]),
        str(each["seconds"]),
        f"{each['one test, more']:.1f}" if "one test, more" in each else "-",
        str(each["advised"]),
        done,
        f"{caught['before']} before, {caught['after']} after, {len(caught['lost'])} lost" if caught else "-",
    )


def _left(name: str, why: Mapping[str, str]) -> Iterable[str]:
    if why:
        yield f"**{name}**\n"
        yield from (f"- {what}: {reason}" for what, reason in why.items())
        yield ""


SHAPES = ("2024", "sqlmodel", "src layout", "factory", "psycopg", "aiosqlite", "monorepo", "unittest")  # as it is asked


def _shapes(figures: Iterable[Figures]) -> Iterable[str]:
    counts = Counter(trait for each in figures for trait in each["traits"] if trait in SHAPES)
    if counts:
        yield "Of these: " + ", ".join(f"{trait} {counts[trait]}" for trait in SHAPES if counts[trait]) + "."


def fill(page: str, part: str) -> str:
    """Return the page with the part between its marks replaced."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has lost the marks around its table.")
    return f"{head}{BEGIN}\n{part}\n\n{END}{tail}"


def read_figures() -> dict[str, Figures]:
    found: dict[str, Figures] = json.loads(FIGURES.read_text("utf-8"))
    return found


def dump(figures: Mapping[str, Figures]) -> str:
    return json.dumps(dict(sorted(figures.items())), indent=1, ensure_ascii=False) + "\n"


def record(figures: Mapping[str, Figures], whys: Mapping[str, Mapping[str, str]]) -> None:
    """Renew the figures of these projects, and the page."""
    known = {**read_figures(), **figures}
    FIGURES.write_text(dump(known), "utf-8")
    PAGE.write_text(fill(PAGE.read_text("utf-8"), render(known, whys)), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
