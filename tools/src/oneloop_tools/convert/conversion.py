"""The conversion of a suite: the changed files, the lists of what was left and noted, and the comment above a test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .cleaning import Cleaning
from .decision import Decision
from .edits import Change, Edits
from .files import Selection
from .findings import References
from .imports import update_imports
from .index import ProjectIndex
from .modules import Function, Module
from .plan import Plan, edit_splits
from .reasons import PAGE, Doubt, Note
from .rewrite import edits_of
from .staying import Staying
from .survey import survey
from .syntax import Node, cst, text_of

START = "# TODO: not converted ("
SHOWN = 3  # names of tests in a note


@dataclass
class Entry:
    """One line of the report."""

    shown: str
    line: int
    name: str
    sentence: str
    reason: str


@dataclass
class Conversion:
    """The result of a conversion."""

    changed: dict[str, bytes] = field(default_factory=dict)
    converted: list[str] = field(default_factory=list)
    left: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    notes: list[Entry] = field(default_factory=list)


def convert(index: ProjectIndex, selection: Selection) -> Conversion:
    """Convert the selected tests. Nothing is written."""
    known = survey(index)
    decision = Decision(index, known, selection)
    plan = decision.plan()
    done = Conversion()
    for module in index.modules:
        _convert_file(module, plan, selection, decision.references, done)
    done.converted.sort()
    done.kept = sorted(function.nodeid for function in plan.kept)
    for function, doubt in plan.left.items():
        done.left.append(_entry(function.module, doubt, function.nodeid.partition("::")[2]))
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
    staying = Staying(plan, selection, references)
    for function in module.functions:
        if function in plan.converting:
            wanted["AsyncClient"] = selection.http_library
            if _convert_function(function, plan, edits, wanted) and function.kind == "test":
                done.converted.append(function.nodeid)
            for note in [*plan.known[function].notes, *_shared(function, plan, staying)]:
                done.notes.append(_entry(module, note, function.nodeid.partition("::")[2]))
        _mark(function, plan, selection, edits)
    for note in edit_splits(plan, module, edits):
        done.notes.append(_entry(module, note, note.node.name.value))
    original = module.tree.module
    changed = edits.apply(original, module.tree.parents)
    if changed is original:
        return
    changed = update_imports(module, changed, wanted)
    if not changed.body and not any(line.comment for line in (*changed.header, *changed.footer)):
        changed = changed.with_changes(header=[], footer=[], has_trailing_newline=False)
    content = changed.bytes
    if content != module.tree.content:
        done.changed[module.shown] = content


def _shared(function: Function, plan: Plan, staying: Staying) -> Iterator[Note]:
    """Yield a note if tests that stay use a fixture that is async from now on."""
    if function.kind == "fixture" and function not in plan.copies and not function.is_async:
        users = [each.name for each in staying.users_of(function)]
        if users:
            more = f" and {len(users) - SHOWN} more" if len(users) > SHOWN else ""
            yield Note("shared-fixture", function.node, f"{', '.join(users[:SHOWN])}{more}")


def _convert_function(function: Function, plan: Plan, edits: Edits, wanted: dict[str, str]) -> bool:
    """Add the changes of a function. Tell whether it or its client changes, and not only an autouse fixture of it."""
    found = plan.known[function]
    own = edits_of(function, plan)
    if function.kind == "set-up" and function.name.startswith("teardown"):
        edits.dropped.add(id(function.node))
        return True
    if function in plan.copies and function not in plan.existing:
        parents = function.module.tree.parents
        edits.after[id(function.node)].append(lambda: _async_copy(own.apply(function.node, parents), function))
    elif function not in plan.copies:
        edits.update(own)
    if found.sleeps:
        wanted["asyncio"] = ""
    if function.decorator("contextlib.contextmanager") and "contextmanager" in function.module.imports:
        wanted["asynccontextmanager"] = "contextlib"
    for _, helper in found.helper_calls:
        if helper in plan.copies and helper.module is not function.module and helper.owner is None:
            wanted[plan.new_name(helper)] = _import_path(function.module, helper)
    for name in ("AsyncIterator", "AsyncGenerator"):
        wanted[name] = _typing_of(function.module)
    return bool(own) or found.touches


def _typing_of(module: Module) -> str:
    for name in ("Iterator", "Generator", "Iterable"):
        dotted = module.imports.get(name)
        if dotted is not None:
            return dotted.rpartition(".")[0]
    return "collections.abc"


def _import_path(module: Module, helper: Function) -> str:
    # The name under which the file itself imports the helper, which may be relative.
    for line in module.tree.module.body:
        for small in getattr(line, "body", ()) if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom) and helper.name in module.bindings(small):
                name = text_of(small.module) if small.module is not None else ""
                return "." * len(small.relative) + name
    return helper.module.name


def _async_copy(node: Node, function: Function) -> Node:
    blank = 1 if function.owner is not None else 2
    return node.with_changes(leading_lines=[cst.EmptyLine(indent=False) for _ in range(blank)])


def _mark(function: Function, plan: Plan, selection: Selection, edits: Edits) -> None:
    if function.module.closed is not None or not selection.asks_for(function.nodeid):
        return
    module = function.module.tree.module
    # LibCST gives the comments above the first statement to the file.
    is_first = bool(module.body) and module.body[0] is function.node and has_comment_in(module.header)
    if is_first:
        edits.changes[id(module)].append(without_comment_in_header)
    if function in plan.left:
        text = comment_for(plan.left[function])
        edits.changes[id(function.node)].append(with_comment(text))
    elif has_comment_in(function.node.leading_lines):
        edits.changes[id(function.node)].append(with_comment(None))


def comment_for(doubt: Doubt) -> str:
    return f"{START}{doubt.reason}), see {PAGE}"


def with_comment(text: str | None) -> Change:
    """Return a change that replaces an older comment above a function by `text`."""

    def change(updated: Node) -> Node:
        lines = [line for line in updated.leading_lines if not _is_ours(line)]
        if text is not None:
            lines.append(cst.EmptyLine(comment=cst.Comment(text)))
        return updated.with_changes(leading_lines=lines)

    return change


def has_comment_in(lines: Iterable[Node]) -> bool:
    """Tell whether such a comment is among some lines."""
    return any(_is_ours(line) for line in lines)


def without_comment_in_header(updated: Node) -> Node:
    """Return a file without such a comment in its first lines."""
    return updated.with_changes(header=[line for line in updated.header if not _is_ours(line)])


def _is_ours(line: Node) -> bool:
    return line.comment is not None and line.comment.value.startswith(START)
