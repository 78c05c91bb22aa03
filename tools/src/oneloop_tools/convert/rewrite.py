"""The changes that make one function async."""

from collections.abc import Callable

from .clients import CLIENT
from .edits import Change, Edits
from .examination import AwaitPositions
from .findings import Findings, inventory_of
from .modules import Function
from .plan import Plan
from .signatures import edit_signature, make_async
from .syntax import Node, cst, full_name

FOLLOW = "follow_redirects"


def edits_of(function: Function, plan: Plan) -> Edits:
    return _Rewriting(function, plan).edits()


class _Rewriting:
    def __init__(self, function: Function, plan: Plan) -> None:
        self.function = function
        self.plan = plan
        self.found: Findings = plan.known[function]
        self.tree = function.module.tree
        self.made = Edits()

    def edits(self) -> Edits:
        self._change_nodes()
        self._rename_fixtures()
        for generator in self.found.lists:
            self._make_list(generator)
        self._await_all()
        self.made.dropped |= {id(line) for line in self.found.dropped}
        self.made.spliced |= {id(block) for block in self.found.spliced}
        follow = [cst.parse_statement(f"{CLIENT}.{FOLLOW} = True")] if _follows(self.found) else []
        for line, statements in self.found.set_up:
            self.made.before[id(line)].extend([*follow, *statements])
        edit_signature(self.function, self.plan, self.made)
        return self.made

    def _change_nodes(self) -> None:
        found = self.found
        for node, source in found.renames:
            name = CLIENT if source.is_replaced else self._fixture_name(source.fixture)
            if name is not None:
                self._change(node, _to_name(name))
        options = [arg.keyword for arg in found.old_options]
        kinds: list[tuple[list[Node], Change]] = [
            (found.apps, _to_name("app")),
            (options, _to_name(FOLLOW)),
            (found.as_request, _as_request),
            (found.follows, _with_follow),
            ([*found.nested, *found.managers], make_async),
        ]
        for nodes, change in kinds:
            for node in nodes:
                self._change(node, change)

    def _change(self, node: Node, change: Change) -> None:
        self.made.changes[id(node)].append(change)

    def _fixture_name(self, fixture: Function | None) -> str | None:
        if fixture is None or fixture not in self.plan.copies:
            return None
        return self.plan.new_name(fixture)

    def _rename_fixtures(self) -> None:
        positions = AwaitPositions(self.function, self.found, inventory_of(self.function))
        for name, fixture in self.found.fixtures.items():
            new = self._fixture_name(fixture)
            if new is not None and name not in self.found.sources:
                for use in positions.uses(name, self.function.node):
                    self._change(use, _to_name(new))

    def _await_all(self) -> None:
        found = self.found
        for call in (*found.requests, *found.nested_calls):
            self._change(call, self._awaiting(call))
        for call, helper in found.helper_calls:
            self._call_helper(call, helper)
        for call, inner in found.runs:
            self._change(call, self._running(call, inner))
        for call in found.sleeps if found.awaits else ():
            self._change(call.func, lambda _: cst.Attribute(cst.Name("asyncio"), cst.Name("sleep")))
            self._change(call, self._awaiting(call))

    def _call_helper(self, call: Node, helper: Function) -> None:
        if helper in self.plan.copies:
            name = self.plan.new_name(helper)
            last = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
            self._change(last, _to_name(name))
        if self.plan.needs_client(helper):
            self._change(call, _with_client)
        if not isinstance(self.tree.parent(call), cst.WithItem):
            self._change(call, self._awaiting(call))

    def _awaiting(self, call: Node) -> Change:
        needs = self._needs_parentheses(call)
        return lambda updated: awaited(updated, parentheses=needs)

    def _running(self, call: Node, inner: Node) -> Change:
        needs = self._needs_parentheses(call)

        def change(updated: Node) -> Node:
            value = updated.args[0].value
            if inner.lpar or isinstance(value, cst.Name | cst.Call | cst.Attribute):
                pass
            else:
                value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            made = cst.Await(value, lpar=updated.lpar, rpar=updated.rpar)
            return _parenthesised(made) if needs and not made.lpar else made

        return change

    def _needs_parentheses(self, node: Node) -> bool:
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute | cst.Subscript):
            return parent.value is node
        if isinstance(parent, cst.Call):
            return parent.func is node
        return isinstance(parent, cst.Await)

    def _make_list(self, generator: Node) -> None:
        call = self.tree.parent(self.tree.parent(generator))
        name = full_name(call.func)
        if name in ("list", "set"):
            self._change(call, _unwrap(cst.ListComp if name == "list" else cst.SetComp))
        else:
            self._change(generator, _as_list)


def _follows(found: Findings) -> bool:
    """Tell whether a fixture gives a sync client that it makes, which follows redirects."""
    given = found.gives
    return given is not None and given.kind == "constructor" and not given.is_async and given.follows


def awaited(call: Node, *, parentheses: bool) -> Node:
    """Return `await call`. Parentheses around the call move outwards."""
    if call.lpar:
        bare = call.with_changes(lpar=[], rpar=[])
        return cst.Await(bare, lpar=call.lpar, rpar=call.rpar)
    made = cst.Await(call)
    return _parenthesised(made) if parentheses else made


def _parenthesised(node: Node) -> Node:
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _to_name(name: str) -> Change:
    def change(updated: Node) -> Node:
        return cst.Name(name, lpar=updated.lpar, rpar=updated.rpar)

    return change


def _as_request(updated: Node) -> Node:
    verb = updated.func.attr.value.upper()
    func = updated.func.with_changes(attr=cst.Name("request"))
    method = cst.Arg(cst.SimpleString(f'"{verb}"'), comma=_comma_of(updated.args))
    return updated.with_changes(func=func, args=[method, *updated.args])


def _with_follow(updated: Node) -> Node:
    option = cst.Arg(
        cst.Name("True"),
        keyword=cst.Name(FOLLOW),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    return updated.with_changes(args=_appended(list(updated.args), option))


def _with_client(updated: Node) -> Node:
    first = cst.Arg(cst.Name(CLIENT))
    if updated.args:
        first = first.with_changes(comma=_comma_of(updated.args))
    return updated.with_changes(args=[first, *updated.args])


def _comma_of(args: Node) -> Node:
    comma = args[0].comma if len(args) > 1 else None
    if isinstance(comma, cst.Comma):
        return comma
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _appended(args: list[Node], new: Node) -> list[Node]:
    if not args:
        return [new]
    last = args[-1]
    between = args[-2].comma if len(args) > 1 else None
    if not isinstance(between, cst.Comma):
        between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if isinstance(last.comma, cst.Comma):  # a trailing comma, usually with each argument on its own line
        new = new.with_changes(comma=last.comma)
    elif isinstance(last.whitespace_after_arg, cst.ParenthesizedWhitespace):
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        last = last.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    return [*args[:-1], last.with_changes(comma=between), new]


def _as_list(updated: Node) -> Node:
    return cst.ListComp(updated.elt, updated.for_in)


def _unwrap(kind: Callable[..., Node]) -> Change:
    def change(updated: Node) -> Node:
        generator = updated.args[0].value
        return kind(generator.elt, generator.for_in, lpar=updated.lpar, rpar=updated.rpar)

    return change
