"""Decides: what is converted, what gets an async twin, what is left, and why."""

from .classes import refused_by_split
from .clients import CLIENT
from .findings import Findings
from .plan import Plan
from .reasons import Doubt
from .references import References
from .rewrite import edits_of
from .selection import Selection
from .twins import is_same
from .units import Unit, fixture_name
from .world import World

GIVEN = "hypothesis.given"


class Decision:
    """Finds the plan: whatever would need a twin and cannot have one is left, and all it serves."""

    def __init__(self, world: World, known: dict[Unit, Findings], selection: Selection) -> None:
        self.world = world
        self.known = known
        self.selection = selection
        self.refused: dict[Unit, Doubt] = {}
        self.references = References(world, known)
        self._against: dict[Unit, Doubt | None] = {}
        self._mutated = {origin for found in known.values() for origin in found.mutates}

    def plan(self) -> Plan:
        """Return the plan with which nothing is left that has to be refused."""
        while True:
            self._against = {}
            plan = self._draft()
            before = len(self.refused)
            self._find_twins(plan)
            self._refuse_taken_names(plan)
            self._refuse_called_tests(plan)
            self._refuse_shared_attributes(plan)
            for unit, doubt in refused_by_split(plan):
                self.refuse(unit, doubt)
            if len(self.refused) == before:
                return plan

    def refuse(self, unit: Unit, doubt: Doubt) -> None:
        """Leave a function, and with it all that depends on it."""
        self.refused[unit] = doubt

    def _draft(self) -> Plan:
        plan = Plan(self.world, self.known)
        for unit, found in self.known.items():
            if unit.kind == "fixture":
                alone = found.runs and not found.sources
                asked = self.selection.asks_for(unit.module.shown)
                if alone and asked and self.against(unit) is None:
                    self._take(unit, plan)
                continue
            uses = found.touches or found.fixtures or found.by_string
            if unit.kind != "test" or not uses or not self.selection.asks_for(unit.nodeid):
                continue
            if not self.selection.includes(unit.nodeid):
                plan.kept.add(unit)
            elif (doubt := self.against(unit)) is not None:
                plan.left[unit] = doubt
            else:
                self._take(unit, plan)
        return plan

    def _take(self, unit: Unit, plan: Plan) -> None:
        if unit in plan.converting:
            return
        plan.converting.add(unit)
        for need in self.needs(unit):
            if not self.known[need].plain:
                self._take(need, plan)

    def needs(self, unit: Unit) -> list[Unit]:
        """Return the helpers and fixtures that have to be converted with a function."""
        found = self.known[unit]
        helpers = [helper for _, helper in found.helper_calls]
        return list(dict.fromkeys([*helpers, *found.fixtures.values(), *found.by_string]))

    def against(self, unit: Unit) -> Doubt | None:
        """Return why a function is left, by its own doubts or by those of what it needs."""
        if unit not in self._against:
            self._against[unit] = None  # a helper may call itself
            self._against[unit] = self._reason(unit)
        return self._against[unit]

    def _reason(self, unit: Unit) -> Doubt | None:
        if unit in self.refused:
            return self.refused[unit]
        if unit.module.closed is not None:
            return Doubt("broken-file", unit.node, f"it {unit.module.closed}")
        own = self.known[unit].doubts
        checks = (self._against_needs, self._taken_name, self._against_clients)
        return own[0] if own else next(filter(None, (check(unit) for check in checks)), None)

    def _against_needs(self, unit: Unit) -> Doubt | None:
        for need in self.needs(unit):
            doubt = None if self.known[need].plain else self.against(need)
            if doubt is not None:
                line = need.module.tree.line(need.node.name)
                word = "fixtures" if need.kind in ("fixture", "set-up") else "helpers"
                where = f"`{need.name}` ({need.module.shown}:{line})"
                return Doubt(word, unit.node, f"{where} {doubt.sentence}")
        return None

    def _against_clients(self, unit: Unit) -> Doubt | None:
        found, needs = self.known[unit], self.needs(unit)
        helpers = [helper for _, helper in found.helper_calls]
        if any(self.known[each].needs_client for each in helpers) and unit.decorator(GIVEN):
            return Doubt("hypothesis", unit.node)
        if len(self._origins(unit, set())) > 1:
            return Doubt("clients", unit.node)
        shared = {source.origin for source in found.sources.values() if source.shared}
        passed_on = any(self.known[need].mutates for need in needs)
        if shared and (shared & self._mutated or passed_on):
            return Doubt("shared-clients", unit.node)
        return None

    def _taken_name(self, unit: Unit) -> Doubt | None:
        found = self.known[unit]
        wanted = [CLIENT] if any(each.is_replaced for each in found.sources.values()) else []
        wanted += ["app"] if wanted or found.apps else []  # the harness's client asks for it too
        for name in wanted:
            fixture = self.world.fixture(name, unit)
            if fixture is None or fixture is unit or self.known[fixture].plain:
                continue
            if self.known[fixture].plain_app:
                continue
            return Doubt("twins", unit.node, f"`{name}` is a fixture of {fixture.module.shown}")
        return None

    def _origins(self, unit: Unit, seen: set[Unit]) -> set[object]:
        if unit in seen:
            return set()
        seen.add(unit)
        origins = set(self.known[unit].origins)
        for need in self.needs(unit):
            origins |= self._origins(need, seen)
        return origins

    def _find_twins(self, plan: Plan) -> None:
        again = True
        while again:
            again = False
            for unit in plan.converting - plan.twins:
                if unit.kind == "test" or not self._stays(unit, plan):
                    continue
                if self._may_have_twin(unit):
                    plan.twins.add(unit)
                    again = True
                elif unit not in self.refused:
                    self.refuse(unit, Doubt("users", unit.node))

    def _refuse_taken_names(self, plan: Plan) -> None:
        for unit in plan.twins:
            name = plan.new_name(unit)
            there = next(
                (
                    each
                    for each in unit.module.units
                    if each.owner is unit.owner and each.name == name
                ),
                None,
            )
            if there is not None and is_same(edits_of(unit, plan), unit, there):
                plan.existing.add(unit)
            elif there is not None or name in {*unit.module.imports, *unit.module.assigned}:
                self.refuse(unit, Doubt("twins", unit.node, name))

    def _refuse_called_tests(self, plan: Plan) -> None:
        # A test that is called by other code would return a coroutine that nobody awaits.
        for unit in plan.converting:
            if unit.kind == "test" and self.known[unit].awaits and self.references.calls(unit):
                self.refuse(unit, Doubt("users", unit.node))

    def _refuse_shared_attributes(self, plan: Plan) -> None:
        users: dict[int, list[Unit]] = {}
        for unit, found in self.known.items():
            for line in found.class_attributes:
                users.setdefault(id(line), []).append(unit)
        for each in users.values():
            going = [unit for unit in each if unit in plan.converting]
            if going and len(going) < len(each):
                for unit in going:
                    self.refuse(unit, Doubt("users", unit.node))

    def _stays(self, unit: Unit, plan: Plan) -> bool:
        for user in self.references.of(unit):
            if user is unit or (user in plan.converting and user not in plan.twins):
                continue
            if user is None or unit.kind in ("helper", "set-up"):
                return True
            if self.known[unit].gives is not None or self.known[user].sources:
                return True
        return False

    def _may_have_twin(self, unit: Unit) -> bool:
        if unit.kind == "helper":
            return True
        return (
            unit.kind == "fixture"
            and fixture_name(unit) == unit.name
            and unit not in self.world.autouse
            and not any(unit in found.by_string for found in self.known.values())
        )
