"""The table of the projects, made from figures.json; `python -m tests.field --record` renews both."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.support.environment import ROOT

FIGURES = Path(__file__).with_name("figures.json")
PAGE = ROOT / "docs/field.md"
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
    "to convert",
    "converted and green",
)


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
        "advised": result["advised"],
        "converted": result["converted"],
        "left": dict(Counter(result["left"].values())),
        "red": dict(Counter(result.get("red_in_the_end", {}).values())),
    }


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
    link = f"[{name}](https://github.com/{name}/tree/{each['commit'][:12]})"
    return (
        link,
        each["date"],
        str(each["green"]),
        share,
        str(each["edits"]),
        str(each["seconds"]),
        str(each["advised"]),
        done,
    )


def _left(name: str, why: Mapping[str, str]) -> Iterable[str]:
    if why:
        yield f"**{name}**\n"
        yield from (f"- {what}: {reason}" for what, reason in why.items())
        yield ""


def _shapes(figures: Iterable[Figures]) -> Iterable[str]:
    counts = Counter(trait for each in figures for trait in each["traits"])
    if counts:
        yield "Of these: " + ", ".join(f"{trait} {count}" for trait, count in sorted(counts.items())) + "."


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
