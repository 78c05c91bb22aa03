"""Marks and decorators: parameters, fixtures by name, event loops."""

from .clients import CLIENT
from .examination import Examination
from .functions import FIXTURES
from .modules import Module
from .syntax import Node, cst, full_name, text_of

# Decorators that also work for async functions.
ASYNC_AWARE = ("patch", "freeze_time", "travel", "staticmethod", "classmethod")
NEEDLESS = ("pytest.mark.asyncio", "pytest.mark.anyio")


def judge_marks(seen: Examination) -> None:
    """Note a doubt if a conversion would change what a mark or decorator does."""
    decorators = [each.decorator for each in seen.function.node.decorators]
    if seen.function.owner is not None:
        decorators += [each.decorator for each in seen.function.owner.decorators]
    for value in _pytestmarks(seen):
        decorators += value.elements if isinstance(value, cst.List | cst.Tuple) else [value]
    for each in decorators:
        decorator = each.value if isinstance(each, cst.Element) else each
        name = seen.module.dotted(decorator)
        if name == "pytest.mark.parametrize" and isinstance(decorator, cst.Call):
            _judge_parametrize(seen, decorator)
        elif name == "pytest.mark.usefixtures":
            _judge_use_fixtures(seen, decorator)
        elif name == "hypothesis.given" and seen.found.needs_client:
            seen.doubt("hypothesis", decorator)
        elif name in NEEDLESS and not is_needless(decorator):
            seen.doubt("marks", decorator, text_of(decorator))
        elif not _lets_be_async(name or "", seen.module):
            seen.doubt("decorators", decorator, text_of(decorator))


def _pytestmarks(seen: Examination) -> list[Node]:
    found = [*seen.module.assigned.get("pytestmark", ())]
    for line in seen.function.owner.body.body if seen.function.owner is not None else ():
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Assign) and full_name(small.targets[0].target) == "pytestmark":
            found.append(small.value)
    return [value for value in found if "usefixtures" in text_of(value)]


def _lets_be_async(name: str, module: Module) -> bool:
    if name.startswith(("pytest.mark.", "hypothesis.")) or name in FIXTURES:
        return True
    first, _, rest = name.removeprefix(f"{module.name}.").partition(".")
    values = module.assigned.get(first, [])
    if len(values) == 1 and not rest:  # `slow = pytest.mark.slow`
        return (module.dotted(values[0]) or "").startswith("pytest.mark.")
    return any(part in ASYNC_AWARE for part in name.split("."))


def is_needless(decorator: Node) -> bool:
    """Tell whether a mark only says that the test is async."""
    if not isinstance(decorator, cst.Call):
        return True
    return all(
        arg.keyword is not None
        and arg.keyword.value in ("loop_scope", "scope")
        and getattr(arg.value, "evaluated_value", None) == "session"
        for arg in decorator.args
    )


def _judge_parametrize(seen: Examination, call: Node) -> None:
    names = getattr(call.args[0].value, "evaluated_value", None) if call.args else None
    if names is None and call.args and isinstance(call.args[0].value, cst.Tuple | cst.List):
        values = (e.value for e in call.args[0].value.elements)
        names = ",".join(str(getattr(v, "evaluated_value", "")) for v in values)
    given = {each.strip() for each in (names or "").split(",")}
    if given & ({*seen.found.sources} | {*seen.found.fixtures} | {CLIENT}):
        seen.doubt("parameters", call)


def _judge_use_fixtures(seen: Examination, call: Node) -> None:
    for arg in call.args if isinstance(call, cst.Call) else ():
        name = getattr(arg.value, "evaluated_value", None)
        fixture = seen.index.fixture(name, seen.function) if isinstance(name, str) else None
        there = seen.known.get(fixture) if fixture is not None else None
        if name == "client" or (there is not None and there.gives):
            seen.doubt("fixtures", arg, f"usefixtures({name!r})")
        elif fixture is not None and there is not None and there.touches:
            seen.found.by_string.append(fixture)
            seen.found.origins |= there.origins
