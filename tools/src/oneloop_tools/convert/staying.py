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

    def runs_loops(self, module: Module) -> bool:
        """Tell whether a test that stays, in a file or below a conftest.py, runs an event loop itself."""
        folder = module.path.parent if module.path.name == "conftest.py" else module.path
        known = self.plan.known
        return any(
            self.is_one(each) and (known[each].runs or known[each].hacks)
            for each in known
            if folder in (each.module.path, *each.module.path.parents)
        )
