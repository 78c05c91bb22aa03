"""Settings classes: from which environment variable each of their fields is read."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .project_tree import FUNCTIONS, Definition, Function, Module, ProjectTree

SETTINGS = "BaseSettings"


@dataclass(frozen=True)
class SettingsClass:
    """A class of the project. Only one that derives from pydantic's `BaseSettings` reads its fields by their names."""

    tree: ProjectTree
    definition: Definition

    @property
    def module(self) -> Module:
        return self.definition.module

    def lineage(self) -> "Iterator[SettingsClass]":
        """Yield the class, then its bases in the project."""
        yield self
        for base in _class(self.definition).bases:
            found = self.tree.resolve_expression(self.module, base)
            if found is not None and isinstance(found.node, ast.ClassDef) and found != self.definition:
                yield from SettingsClass(self.tree, found).lineage()

    @property
    def is_pydantic(self) -> bool:
        bases = (base for each in self.lineage() for base in _class(each.definition).bases)
        return any(ast.unparse(base).rpartition(".")[2] == SETTINGS for base in bases)

    def reader(self) -> "SettingsClass | None":
        """Return the class that reads this one from the environment: pydantic's, derived from a plain model."""
        for module in self.tree.app_modules:
            for found in module.definitions.values():
                if isinstance(found.node, ast.ClassDef) and found.node is not self.definition.node:
                    other = SettingsClass(self.tree, found)
                    if other.is_pydantic and any(each.definition == self.definition for each in other.lineage()):
                        return other
        return None

    def member(self, name: str) -> "Member | None":
        for each in self.lineage():
            for node in _class(each.definition).body:
                if isinstance(node, FUNCTIONS) and node.name == name:
                    return Member(each, node, function=node)
                if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
                    return Member(each, node, annotation=node.annotation, value=node.value)
                if isinstance(node, ast.Assign) and any(ast.unparse(target) == name for target in node.targets):
                    return Member(each, node, value=node.value)
        return next(filter(None, (_set_in_a_method(each, name) for each in self.lineage())), None)

    def variable(self, name: str, member: "Member") -> str:
        """Return the environment variable of a field."""
        alias = _alias(member.value)
        if alias:
            return alias
        named = f"{self.setting('env_prefix')}{name}"
        return named if self.setting("case_sensitive") == "True" else named.upper()

    def setting(self, name: str) -> str:
        """Return a setting of `model_config`, or of the older `class Config`."""
        for each in self.lineage():
            for node in _class(each.definition).body:
                for key, value in _config_of(node):
                    if key == name:
                        return str(value.value) if isinstance(value, ast.Constant) else ast.unparse(value)
        return ""

    def nested(self, member: "Member") -> "SettingsClass | None":
        """Return the class of a field that is a group of settings."""
        for node in ast.walk(member.annotation) if member.annotation else ():
            if isinstance(node, ast.Name | ast.Attribute):
                found = self.tree.resolve_expression(member.owner.module, node)
                if found is not None and isinstance(found.node, ast.ClassDef):
                    return SettingsClass(self.tree, found)
        value = member.value
        if isinstance(value, ast.Call):
            found = self.tree.resolve_expression(member.owner.module, value.func)
            if found is not None and isinstance(found.node, ast.ClassDef):
                return SettingsClass(self.tree, found)
        return None


@dataclass(frozen=True)
class Member:
    """A field, a property or a method of a settings class."""

    owner: SettingsClass
    node: ast.stmt
    function: Function | None = None
    annotation: ast.expr | None = None
    value: ast.expr | None = None
    method: Function | None = None  # that sets the field

    @property
    def where(self) -> str:
        return self.owner.module.where(self.node)

    @property
    def default(self) -> str:
        return ast.unparse(self.value) if self.value is not None else ""


def _set_in_a_method(owner: SettingsClass, name: str) -> Member | None:
    """Return what a method gives `self.name`, if that is more than None."""
    for method in _class(owner.definition).body:
        for node in ast.walk(method) if isinstance(method, FUNCTIONS) else ():
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            is_set = any(ast.unparse(each) == f"self.{name}" for each in targets if isinstance(each, ast.Attribute))
            if is_set and value is not None and not (isinstance(value, ast.Constant) and value.value is None):
                assert isinstance(method, FUNCTIONS)
                return Member(owner, method, value=value, method=method)
    return None


def _class(found: Definition) -> ast.ClassDef:
    assert isinstance(found.node, ast.ClassDef)
    return found.node


def _config_of(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.ClassDef) and node.name == "Config":
        for each in node.body:
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                yield each.targets[0].id, each.value
        return
    given = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    if not isinstance(target, ast.Name) or target.id != "model_config":
        return
    while isinstance(given, ast.BinOp):  # `common | SettingsConfigDict(...)`
        given = given.right
    if isinstance(given, ast.Call):
        yield from ((keyword.arg, keyword.value) for keyword in given.keywords if keyword.arg)
    elif isinstance(given, ast.Dict):
        for key, value in zip(given.keys, given.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value


def _alias(value: ast.expr | None) -> str:
    """Return the name that `Field(alias="X")` gives; of `AliasChoices` the first one."""
    if not isinstance(value, ast.Call) or ast.unparse(value.func).rpartition(".")[2] != "Field":
        return ""
    for name in ("validation_alias", "alias", "env"):
        for keyword in value.keywords:
            if keyword.arg == name:
                texts = [each.value for each in ast.walk(keyword.value) if isinstance(each, ast.Constant)]
                return str(texts[0]) if texts else ""
    return ""
