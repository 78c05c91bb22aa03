"""The tests that stay as they are, and what they share with the converted ones."""

from collections.abc import Iterator

from .files import Selection
from .findings import References
from .modules import Function, Module
from .plan import Plan


class Staying:
    def __init__(self, plan: Plan, selection: Selection, references: References) -> None:
        self.plan = plan
        self.selection = selection
        self.references = references

    def is_one(self, function: Function | None) -> bool:
        """Tell whether a function is a test that is left, kept or not asked for."""
        if function is None or function.kind != "test" or function in self.plan.converting:
            return False
        return function in self.plan.left or not self.selection.includes(function.nodeid)

    def users_of(self, fixture: Function) -> list[Function]:
        """Return the tests that stay and use a fixture, also through another one."""
        return sorted(set(self._users(fixture, {fixture})), key=lambda test: test.nodeid)

    def _users(self, fixture: Function, seen: set[Function]) -> Iterator[Function]:
        for user in self.references.of(fixture):
            if user is None or user in seen:
                continue
            if self.is_one(user):
                yield user
            elif user.kind == "fixture":
                seen.add(user)
                yield from self._users(user, seen)

    def of(self, module: Module) -> list[Function]:
        """Return those that a line of a file is for: its tests, or all if it has none, such as a conftest.py."""
        own = [each for each in module.functions if each.kind == "test"]
        return [each for each in own or self.plan.known if self.is_one(each)]

    def runs_loops(self, module: Module) -> bool:
        """Tell whether one of them runs an event loop itself."""
        found = [self.plan.known[each] for each in self.of(module)]
        return any(each.runs or each.hacks for each in found)
