"""What an attribute means: of a client, of an object or class of the tests, of a module."""

import ast
from functools import partial
from typing import Any

from .frames import Frame
from .modules import Module
from .names import Names, lineage
from .sent_requests import SENDING, Client, Unknown
from .values import (
    Class,
    FixtureRequest,
    Function,
    Instance,
    Known,
    Library,
    Response,
    Sender,
    Status,
    Super,
    Text,
    Value,
    Values,
    constant,
    one_of,
)


class Attributes(Names):
    def attribute(self, owner: Value, name: str, where: str) -> Values:  # noqa: C901, PLR0911  one case a kind
        """Return what an attribute may be."""
        match owner:
            case Client():
                return self._of_client(owner, name)
            case Instance():
                return self._of_instance(owner, name, where)
            case Super():
                return self._of_super(owner, name, where)
            case Class():
                found = self.in_class(owner, name, None)
                return found or (Unknown(f"`.{name}` is unknown"),)
            case Response() if name == "status_code":
                return (Status(owner.request),)
            case FixtureRequest() if name == "param":
                return owner.param
            case FixtureRequest() if name in ("cls", "instance", "self") and owner.instance is not None:
                return (owner.instance,)
            case FixtureRequest() if name == "getfixturevalue":
                return (Library("request.getfixturevalue"),)
            case Library():
                return (Library(f"{owner.name}.{name}"),)
            case Known():
                return self._of_known(owner.value, name)
        return (Unknown(f"`.{name}` is unknown"),)

    def _of_client(self, client: Client, name: str) -> Values:
        if name in SENDING:
            return (Sender(client, name),)
        if name in ("base_url", "_base_url"):
            return (Text(f"http://testserver{client.base}"),)
        return (Unknown(f"`.{name}` of a client"),)

    def _of_known(self, thing: Any, name: str) -> Values:
        if isinstance(thing, Module):
            return self.top(thing, name) or (Unknown(f"`.{name}` is unknown"),)
        try:
            found = getattr(thing, name)
        except Exception:  # noqa: BLE001  a property of the app may raise anything
            return (Unknown(f"`.{name}` is unknown"),)
        return (constant(found),)

    def _of_instance(self, owner: Instance, name: str, where: str) -> Values:
        if name in owner.attributes:
            return owner.attributes[name]
        found = self.in_class(owner.of, name, owner)
        if found is not None:
            return one_of(*(self._read_property(each, where) for each in found))
        if owner.client is not None:
            return self._of_client(owner.client, name)
        return (Unknown(f"`.{name}` is unknown"),)

    def _read_property(self, value: Value, where: str) -> Values:
        decorators = getattr(getattr(value, "node", None), "decorator_list", [])
        if any(ast.unparse(each).endswith("property") for each in decorators):
            return self.call(value, [], where)
        return (value,)

    def _of_super(self, owner: Super, name: str, where: str) -> Values:
        for base in owner.after.bases:
            if isinstance(base, Class):
                found = self.in_class(base, name, owner.instance)
                if found is not None:
                    return found
        if owner.instance.client is not None:
            return self._of_client(owner.instance.client, name)
        return (Unknown(f"`super().{name}` at {where} is unknown"),)

    def in_class(self, owner: Class, name: str, instance: Instance | None) -> Values | None:
        """Return the attribute of a class of the tests, or of its base classes there."""
        for each in lineage(owner):
            for node in each.node.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                    plain = any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
                    return (Function(node, each.module, {}, None if plain else instance, each),)
                bound = _assigned(node, name)
                if bound is not None:
                    frame = Frame(each.module)
                    return self.kept((each, name), partial(self.value, bound, frame))
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return (self.make_class(node, Frame(each.module)),)
        return None


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    targets: list[ast.expr] = []
    value: ast.expr | None = None
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign):
        targets, value = [node.target], node.value
    return value if any(isinstance(t, ast.Name) and t.id == name for t in targets) else None
