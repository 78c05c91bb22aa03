"""The conversion: files in, changed files and a list of what was left out."""

from dataclasses import dataclass, field

from .classes import edit_splits
from .cleaning import Cleaning
from .decision import Decision
from .edits import Edits
from .imports import mend_imports
from .modules import Module
from .plan import Plan
from .reasons import Doubt, Note
from .references import References
from .rewrite import edits_of
from .selection import Selection
from .survey import survey
from .syntax import Node, cst, text_of
from .todo import comment_for, has_comment_in, with_comment, without_comment_in_header
from .units import Unit
from .world import World


@dataclass
class Entry:
    """A line of the report."""

    shown: str
    line: int
    name: str
    sentence: str
    reason: str


@dataclass
class Conversion:
    """What came of it."""

    changed: dict[str, bytes] = field(default_factory=dict)
    converted: list[str] = field(default_factory=list)
    left: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    notes: list[Entry] = field(default_factory=list)


def convert(world: World, selection: Selection) -> Conversion:
    """Convert what was selected; nothing is written."""
    known = survey(world)
    decision = Decision(world, known, selection)
    plan = decision.plan()
    done = Conversion()
    for module in world.modules:
        _convert_file(module, plan, selection, decision.references, done)
    tests = [unit for unit in plan.converting if unit.kind == "test"]
    done.converted = sorted(unit.nodeid for unit in tests)
    done.kept = sorted(unit.nodeid for unit in plan.kept)
    for unit, doubt in plan.left.items():
        done.left.append(_entry(unit.module, doubt, unit.nodeid.partition("::")[2]))
    done.left.sort(key=lambda entry: (entry.shown, entry.line))
    done.notes.sort(key=lambda entry: (entry.shown, entry.line))
    return done


def _entry(module: Module, what: Doubt | Note, name: str) -> Entry:
    key = what.reason if isinstance(what, Doubt) else what.key
    line = module.tree.line(what.node)
    return Entry(module.shown, line, name, what.sentence, key)


def _convert_file(
    module: Module,
    plan: Plan,
    selection: Selection,
    references: References,
    done: Conversion,
) -> None:
    edits, notes = Cleaning(module, plan, selection, references).run()
    for note in notes:
        name = getattr(getattr(note.node, "name", None), "value", "")
        done.notes.append(_entry(module, note, name))
    wanted = {"pytest": ""}
    for unit in module.units:
        if unit in plan.converting:
            _convert_unit(unit, plan, edits, wanted)
            for note in plan.known[unit].notes:
                done.notes.append(_entry(module, note, unit.nodeid.partition("::")[2]))
        _mark(unit, plan, selection, edits)
    for owner in edit_splits(plan, module, edits):
        done.notes.append(_entry(module, Note("split-class", owner), owner.name.value))
    original = module.tree.module
    changed = edits.apply(original, module.tree.parents)
    if changed is original:
        return
    changed = mend_imports(module, changed, wanted)
    if not changed.body and not any(line.comment for line in (*changed.header, *changed.footer)):
        changed = changed.with_changes(header=[], footer=[], has_trailing_newline=False)
    content = changed.bytes
    if content != module.tree.content:
        done.changed[module.shown] = content


def _convert_unit(unit: Unit, plan: Plan, edits: Edits, wanted: dict[str, str]) -> None:
    found = plan.known[unit]
    own = edits_of(unit, plan)
    if unit.kind == "set-up" and unit.name.startswith("teardown"):
        edits.dropped.add(id(unit.node))
        return
    if unit in plan.twins and unit not in plan.existing:
        parents = unit.module.tree.parents
        edits.after[id(unit.node)].append(lambda: _twin(own.apply(unit.node, parents), unit))
    elif unit not in plan.twins:
        edits.update(own)
    wanted["AsyncClient"] = "httpx2"
    if found.sleeps:
        wanted["asyncio"] = ""
    if unit.decorator("contextlib.contextmanager") and "contextmanager" in unit.module.imports:
        wanted["asynccontextmanager"] = "contextlib"
    for _, helper in found.helper_calls:
        if helper in plan.twins and helper.module is not unit.module and helper.owner is None:
            wanted[plan.new_name(helper)] = _import_path(unit.module, helper)
    for name in ("AsyncIterator", "AsyncGenerator"):
        wanted[name] = _typing_of(unit.module)


def _typing_of(module: Module) -> str:
    for name in ("Iterator", "Generator", "Iterable"):
        dotted = module.imports.get(name)
        if dotted is not None:
            return dotted.rpartition(".")[0]
    return "collections.abc"


def _import_path(module: Module, helper: Unit) -> str:
    # As the file itself imports the helper, be it by a relative name.
    for line in module.tree.module.body:
        for small in getattr(line, "body", ()) if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom) and helper.name in module.bindings(small):
                name = text_of(small.module) if small.module is not None else ""
                return "." * len(small.relative) + name
    return helper.module.name


def _twin(node: Node, unit: Unit) -> Node:
    blank = 1 if unit.owner is not None else 2
    return node.with_changes(leading_lines=[cst.EmptyLine(indent=False) for _ in range(blank)])


def _mark(unit: Unit, plan: Plan, selection: Selection, edits: Edits) -> None:
    if unit.module.closed is not None or not selection.asks_for(unit.nodeid):
        return
    module = unit.module.tree.module
    # The comments above the first statement of a file belong to the file.
    is_first = bool(module.body) and module.body[0] is unit.node and has_comment_in(module.header)
    if is_first:
        edits.changes[id(module)].append(without_comment_in_header)
    if unit in plan.left:
        text = comment_for(plan.left[unit])
        edits.changes[id(unit.node)].append(with_comment(text))
    elif has_comment_in(unit.node.leading_lines):
        edits.changes[id(unit.node)].append(with_comment(None))
