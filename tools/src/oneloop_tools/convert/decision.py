"""Decides what is converted, what gets an async copy, what is left, and why."""

import ast
import textwrap

from .clients import CLIENT, app_of, is_of_the_service
from .edits import Edits
from .files import Selection
from .findings import Findings, References
from .index import ProjectIndex, fixture_name, fixture_scope
from .modules import Function
from .plan import Plan, refused_by_split
from .reasons import Doubt
from .rewrite import edits_of
from .staying import Staying
from .syntax import Node, text_of


class Decision:
    """Finds the plan. What would need an async copy and cannot have one is left, and so is everything that uses it."""

    def __init__(self, index: ProjectIndex, known: dict[Function, Findings], selection: Selection) -> None:
        self.index = index
        self.known = known
        self.selection = selection
        self.refused: dict[Function, Doubt] = {}
        self.unchanged: set[Function] = set()  # which converted tests use as they are
        self.references = References(index, known)
        self._against: dict[Function, Doubt | None] = {}
        self._mutated = {origin for found in known.values() for origin in found.mutates}

    def plan(self) -> Plan:
        """Refuse functions until nothing more has to be refused, and return the plan."""
        while True:
            self._against = {}
            plan = self._draft()
            before = len(self.refused), len(self.unchanged)
            self._find_copies(plan)
            self._refuse_taken_names(plan)
            self._refuse_called_tests(plan)
            self._refuse_shared_attributes(plan)
            for function, doubt in refused_by_split(plan):
                self.refuse(function, doubt)
            if (len(self.refused), len(self.unchanged)) == before:
                return plan

    def refuse(self, function: Function, doubt: Doubt) -> None:
        """Leave a function, and everything that depends on it."""
        self.refused[function] = doubt

    def _draft(self) -> Plan:
        plan = Plan(self.index, self.known)
        staying = Staying(plan, self.selection, self.references)
        for function, found in self.known.items():
            if function.kind == "fixture":
                alone = found.runs and not found.sources
                asked = self.selection.asks_for(function.module.shown)
                if alone and asked and self.against(function) is None and not staying.users_of(function):
                    self._take(function, plan)
                continue
            uses = found.touches or found.fixtures or found.by_string
            if function.kind != "test" or not uses or not self.selection.asks_for(function.nodeid):
                continue
            if not self.selection.includes(function.nodeid):
                plan.kept.add(function)
            elif (doubt := self.against(function)) is not None:
                plan.left[function] = doubt
            else:
                self._take(function, plan)
        return plan

    def _take(self, function: Function, plan: Plan) -> None:
        if function in plan.converting or function in self.unchanged:
            return
        if fixture_scope(function) != "function" and self._only_sets_overrides(function):
            self.unchanged.add(function)  # the plugin's `app` is for one test
            return
        plan.converting.add(function)
        for need in self.needs(function):
            self._take(need, plan)

    def needs(self, function: Function) -> list[Function]:
        """Return the helpers and fixtures that have to be converted with a function."""
        found = self.known[function]
        helpers = [helper for _, helper in found.helper_calls]
        asked = [each for each in found.by_string if not self.known[each].plain]
        return list(dict.fromkeys([*helpers, *found.fixtures.values(), *asked]))

    def against(self, function: Function) -> Doubt | None:
        """Return why a function is left, by its own doubts or by those of what it needs."""
        if function not in self._against:
            self._against[function] = None  # a helper may call itself
            self._against[function] = self._reason(function)
        return self._against[function]

    def _reason(self, function: Function) -> Doubt | None:
        if function in self.refused:
            return self.refused[function]
        if function.module.closed is not None:
            return Doubt("broken-file", function.node, f"it {function.module.closed}")
        own = self.known[function].doubts
        checks = (self._against_needs, self._taken_name, self._against_clients)
        return own[0] if own else next(filter(None, (check(function) for check in checks)), None)

    def _against_needs(self, function: Function) -> Doubt | None:
        for need in self.needs(function):
            doubt = self.against(need)
            if doubt is not None:
                line = need.module.tree.line(need.node.name)
                word = "fixtures" if need.kind in ("fixture", "set-up") else "helpers"
                where = f"`{need.name}` ({need.module.shown}:{line})"
                return Doubt(word, function.node, f"{where} {doubt.sentence}")
        return None

    def _against_clients(self, function: Function) -> Doubt | None:
        found, needs = self.known[function], self.needs(function)
        helpers = [helper for _, helper in found.helper_calls]
        if any(self.known[each].needs_client for each in helpers) and function.decorator("hypothesis.given"):
            return Doubt("hypothesis", function.node)
        if len(self._origins(function, set())) > 1:
            return Doubt("clients", function.node)
        shared = {source.origin for source in found.sources.values() if source.shared}
        passed_on = any(self.known[need].mutates for need in needs)
        if shared and (shared & self._mutated or passed_on):
            return Doubt("shared-clients", function.node)
        return None

    def _taken_name(self, function: Function) -> Doubt | None:
        found = self.known[function]
        wanted = [CLIENT] if any(each.is_replaced for each in found.sources.values()) else []
        wanted += ["app"] if wanted or found.apps else []  # the plugin's client uses it too
        for name in wanted:
            fixture = self.index.fixture(name, function)
            if fixture is None or fixture is function or self.known[fixture].plain:
                continue
            if self.known[fixture].plain_app:
                continue
            return Doubt("async-copy", function.node, f"`{name}` is a fixture of {fixture.module.shown}")
        return None

    def _origins(self, function: Function, seen: set[Function]) -> set[object]:
        if function in seen:
            return set()
        seen.add(function)
        origins = set(self.known[function].origins)
        for need in self.needs(function):
            origins |= self._origins(need, seen)
        return origins

    def _find_copies(self, plan: Plan) -> None:
        again = True
        while again:
            again = False
            for function in plan.converting - plan.copies:
                if function.kind == "test" or not self._stays(function, plan):
                    continue
                if self._may_have_copy(function):
                    plan.copies.add(function)
                    again = True
                elif self._only_sets_overrides(function):
                    self.unchanged.add(function)
                elif function not in self.refused:
                    self.refuse(function, Doubt("users", function.node))

    def _refuse_taken_names(self, plan: Plan) -> None:
        for function in plan.copies:
            name = plan.new_name(function)
            there = next(
                (each for each in function.module.functions if each.owner is function.owner and each.name == name),
                None,
            )
            if there is not None and is_same_copy(edits_of(function, plan), function, there):
                plan.existing.add(function)
            elif there is not None or name in {*function.module.imports, *function.module.assigned}:
                self.refuse(function, Doubt("async-copy", function.node, name))

    def _refuse_called_tests(self, plan: Plan) -> None:
        # Other code that calls a test would get a coroutine, and would not await it.
        for function in plan.converting:
            if function.kind == "test" and self.known[function].awaits and self.references.calls(function):
                self.refuse(function, Doubt("users", function.node))

    def _refuse_shared_attributes(self, plan: Plan) -> None:
        users: dict[int, list[Function]] = {}
        for function, found in self.known.items():
            for line in found.class_attributes:
                users.setdefault(id(line), []).append(function)
        for each in users.values():
            going = [function for function in each if function in plan.converting]
            if going and len(going) < len(each):
                for function in going:
                    self.refuse(function, Doubt("users", function.node))

    def _stays(self, function: Function, plan: Plan) -> bool:
        for user in self.references.of(function):
            if user is function or (user in plan.converting and user not in plan.copies):
                continue
            if user is None or function.kind in ("helper", "set-up"):
                return True
            if self.known[function].gives is not None or self.known[user].sources:
                return True
        return False

    def _only_sets_overrides(self, function: Function) -> bool:
        """Tell whether a fixture does no more than set overrides on the app of the suite, which it imports."""
        found, known = self.known[function], self.index.app or self.index.answered
        if function.kind != "fixture" or not found.only_uses_apps:
            return False
        apps = {app_of(self.index, node, function, function.module) for node in found.apps}
        imported = all(is_of_the_service(self.index, node, function.module) for node in found.apps)
        return imported and apps <= {known or each for each in apps}

    def _may_have_copy(self, function: Function) -> bool:
        if function.kind == "helper":
            return True
        return (
            function.kind == "fixture"
            and fixture_name(function) == function.name
            and function not in self.index.autouse
            and not any(function in found.by_string for found in self.known.values())
        )


def is_same_copy(edits: Edits, function: Function, there: Function) -> bool:
    """Tell whether `there` is the same as the async copy of `function`, apart from annotations."""
    made = edits.apply(function.node, function.module.tree.parents)
    return _dump(made) == _dump(there.node)


def _dump(function: Node) -> str:
    bare = function.with_changes(leading_lines=[])
    parsed = ast.parse(textwrap.dedent(text_of(bare)))
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.dump(parsed)
