"""The calls in a function that make a client, and the names that the clients get."""

from .client_uses import assign, judge_attribute
from .clients import ClientSource, Made, read_made
from .examination import Examination
from .syntax import Node, cst, full_name, text_of, walk


def read_makers(seen: Examination) -> None:
    calls: list[Node] = []
    for call in seen.all.calls:
        made = read_made(call, seen.module, seen.function, seen.index)
        if made is not None and not (made.is_async and made.doubt and seen.function.is_async):
            seen.found.makes = True
            _read_made(seen, made)
            calls.append(made.call)
    if calls:
        _drop_imports(seen, calls)


def _drop_imports(seen: Examination, calls: list[Node]) -> None:
    """Drop an import in the function that was only used to make clients."""
    within = {id(node) for call in calls for node in walk(call)}
    for line in walk(seen.function.node.body):
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.Import | cst.ImportFrom) or len(line.body) > 1:
            continue
        names = seen.module.bindings(small)
        uses = [
            use
            for name in names
            for use in seen.positions.variables(name)
            if not isinstance(_small_statement(seen, use), cst.Import | cst.ImportFrom)
        ]
        if uses and all(id(use) in within for use in uses):
            seen.found.dropped.append(line)


def _read_made(seen: Examination, made: Made) -> None:
    call, parent = made.call, seen.tree.parent(made.call)
    origin = ("made", seen.function, id(call))
    source = ClientSource("constructor", origin, made.is_async, made.raises, made.follows)
    seen.found.dropped.extend(made.dropped)
    if made.doubt is not None:
        seen.found.doubts.append(made.doubt)
    around = (each for each, _ in seen.tree.above(call, seen.function.node))
    if any(isinstance(each, cst.For | cst.While) for each in around):
        seen.doubt("clients", call, "one for each iteration of a loop")
    if isinstance(parent, cst.Return | cst.Yield) and seen.is_nested(call):
        seen.doubt("made-elsewhere", call, "by a function that is passed on")
    elif isinstance(parent, cst.Return | cst.Yield) and seen.function.kind == "fixture":
        _give_made(seen, source, made)
    elif isinstance(parent, cst.Attribute) and not made.is_async:
        _use_at_once(seen, parent, source, made)
    else:
        _name_made(seen, parent, source, made)


def _small_statement(seen: Examination, node: Node) -> Node:
    while not isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement):
        node = seen.tree.parent(node)
    return node


def _name_made(seen: Examination, parent: Node, source: ClientSource, made: Made) -> None:
    call, name = made.call, None
    targets = seen.assigned_to(call)
    if len(targets) == 1 and isinstance(targets[0], cst.Name) and not isinstance(parent, cst.Element):
        name = targets[0].value
        source.scope = seen.binder(targets[0])
        _leave_out(seen, parent, made)
    elif targets:
        seen.found.sources[""] = source
        seen.found.origins.add(source.origin)
        seen.found.renames.append((call, source))
        _set_up_before(seen, made)
        if not assign(seen, call, source):
            seen.doubt("stored", call)
        return
    elif isinstance(parent, cst.WithItem) and parent.asname is not None:
        name = full_name(parent.asname.name)
        source.scope = seen.binder(parent.asname.name)
        _take_away(seen, parent, made)
    if name is None or name in seen.found.sources:
        seen.doubt("lifespans" if name is None and isinstance(parent, cst.WithItem) else "names", call)
        return
    seen.found.sources[name] = source
    seen.found.origins.add(source.origin)


def _use_at_once(seen: Examination, attribute: Node, source: ClientSource, made: Made) -> None:
    seen.found.origins.add(source.origin)
    seen.found.sources[f"<{id(made.call)}>"] = source
    seen.found.renames.append((made.call, source))
    _set_up_before(seen, made)
    judge_attribute(seen, attribute, source)


def _leave_out(seen: Examination, assignment: Node, made: Made) -> None:
    line = seen.tree.parent(assignment)
    if "#" in text_of(assignment):
        seen.doubt("comments", assignment)
    if len(line.body) > 1 or not isinstance(seen.tree.parent(line), cst.IndentedBlock):
        seen.doubt("one-line", assignment)
    seen.found.dropped.append(line)
    seen.found.set_up.append((line, made.set_up))


def _take_away(seen: Examination, item: Node, made: Made) -> None:
    block = seen.tree.parent(item)
    if "#" in text_of(item) or _has_comment_in_brackets(block):
        seen.doubt("comments", item)
    if len(block.items) > 1 or not isinstance(block.body, cst.IndentedBlock):
        seen.doubt("clients" if _holds_clients(seen, block) > 1 else "one-line", item)
    seen.found.spliced.append(block)
    seen.found.set_up.append((block, made.set_up))


def _holds_clients(seen: Examination, block: Node) -> int:
    calls = [read_made(each.item, seen.module, seen.function, seen.index) for each in block.items]
    return sum(each is not None for each in calls)


def _give_made(seen: Examination, source: ClientSource, made: Made) -> None:
    seen.found.origins.add(source.origin)
    seen.found.gives = source
    seen.found.sources[""] = source  # it has no name
    seen.found.renames.append((made.call, source))
    _set_up_before(seen, made)


def _set_up_before(seen: Examination, made: Made) -> None:
    line = seen.tree.statement(made.call)
    if made.set_up and not isinstance(seen.tree.parent(line), cst.IndentedBlock):
        seen.doubt("one-line", made.call)
    seen.found.set_up.append((line, made.set_up))


def _has_comment_in_brackets(block: Node) -> bool:
    brackets = (block.lpar, block.rpar)
    return any(isinstance(each, cst.CSTNode) and "#" in text_of(each) for each in brackets)
