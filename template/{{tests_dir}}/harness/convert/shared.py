"""Shared clients: at the top of a file, in a class, or an attribute of `self`."""

from typing import TYPE_CHECKING

from .clients import STATE, Source, read_made
from .reasons import Doubt
from .syntax import cst, full_name
from .world import class_bases

if TYPE_CHECKING:
    from .examine import Examination

SET_UP = "set_up"


def read_module_names(seen: "Examination") -> None:
    """Find the clients that stand at the top of a file."""
    bound = seen.names | seen.places.bound
    for name in {each.value for each in seen.all.names} - bound:
        source = world_client(seen, name)
        if source is not None and any(each.value == name for each in seen.places.variables(name)):
            seen.found.sources[name] = source
            seen.found.origins.add(source.origin)


def world_client(seen: "Examination", name: str) -> Source | None:
    """Return the client that a name at the top of a file is, here or where it came from."""
    if name not in seen.module.assigned and name not in seen.module.imports:
        return None
    found = seen.world.find(seen.module.dotted(cst.Name(name)), seen.module)
    if found is None:
        return None
    where, local = found
    if local in where.globals and "client" in local:
        seen.found.makes = True
        seen.doubt("made-elsewhere", seen.unit.node, local)
        return None
    values = where.assigned.get(local, [])
    if len(values) != 1:
        return None
    made = read_made(values[0], where, None, seen.world)
    if made is None:
        return None
    if where.changes_at_top(local, STATE) or seen.module.changes_at_top(name, STATE):
        seen.doubt("shared-clients", seen.unit.node, "it is changed at import")
    if made.doubt is not None or made.set_up or made.is_async:
        doubt = made.doubt or Doubt("constructor", values[0])
        seen.found.doubts.append(Doubt(doubt.reason, seen.unit.node, doubt.detail))
    origin = ("module", where.name, local)
    return Source("module", origin, made.is_async, made.raises, made.follows, shared=True)


def read_attributes(seen: "Examination") -> None:
    """Find the clients that are attributes of the object."""
    unit = seen.unit
    if unit.owner is None:
        return
    for other in unit.module.units if unit.kind == "test" else ():
        there = seen.known.get(other) if other.owner is unit.owner else None
        if other.kind == "set-up" and there is not None and there.touches:
            seen.found.by_string.append(other)
    _read_class_attributes(seen)
    used = {
        each.attr.value
        for each in seen.all.attributes
        if isinstance(each.value, cst.Name) and each.value.value in ("self", "cls")
    }
    for name in used:
        key = f"self.{name}"
        for other in unit.module.units:
            there = seen.known.get(other) if other.owner is unit.owner else None
            if there is not None and name in there.attributes and other is not unit:
                seen.found.sources[key] = there.sources[key]
                seen.found.origins.add(there.sources[key].origin)
                seen.found.by_string.append(other)
    clientlike = used & {"client", "test_client", "app_client", "async_client"}
    unknown = {each for each in clientlike if f"self.{each}" not in seen.found.sources}
    if unknown and class_bases(unit):
        seen.doubt("inheritance", unit.node)
        seen.found.makes = True


def _read_class_attributes(seen: "Examination") -> None:
    owner = seen.unit.owner
    if owner is None:
        return
    for line in owner.body.body:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.Assign | cst.AnnAssign) or small.value is None:
            continue
        made = read_made(small.value, seen.module, None, seen.world)
        target = small.targets[0].target if isinstance(small, cst.Assign) else small.target
        name = full_name(target)
        if made is None or name is None or not _mentions(seen, name):
            continue
        origin = ("class", seen.module.name, owner.name.value, name)
        seen.found.sources[f"self.{name}"] = Source(
            "attribute", origin, made.is_async, made.raises, made.follows, shared=True
        )
        seen.found.origins.add(origin)
        seen.found.class_attributes.append(line)
        names = {each.name for each in seen.module.units if each.owner is seen.unit.owner}
        if SET_UP in names or len(seen.found.class_attributes) > 1:
            seen.doubt("twins", seen.unit.node, SET_UP)
        if made.doubt is not None or made.set_up or made.is_async or len(line.body) > 1:
            seen.doubt("constructor", seen.unit.node)
        if seen.unit.kind != "test":
            seen.doubt("fixtures", seen.unit.node, f"it takes {name} of the class")


def _mentions(seen: "Examination", name: str) -> bool:
    return any(full_name(each) in (f"self.{name}", f"cls.{name}") for each in seen.all.attributes)
