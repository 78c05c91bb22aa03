"""Where the MetaData of the models is."""

import ast
from collections import Counter
from collections.abc import Iterator

from .finding import Finding
from .migrations import Migrations
from .project_tree import Definition, Module, ProjectTree

SQLMODEL = "sqlmodel:SQLModel.metadata"
BASES = ("DeclarativeBase", "DeclarativeBaseNoMeta")
MAKERS = ("declarative_base", "automap_base")


def find_metadata(tree: ProjectTree, migrations: Migrations | None) -> list[Finding]:
    """Return what env.py names; without migrations the bases of models, the one with the most models first."""
    named = list(_of_migrations(tree, migrations)) if migrations else []
    return named[:1] or list(_of_models(tree))


def _of_migrations(tree: ProjectTree, migrations: Migrations) -> Iterator[Finding]:
    source = tree.sources.read(migrations.env) if migrations.env else None
    if source is None:
        return
    module = Module("env", source)
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(each, ast.Name) and each.id == "target_metadata" for each in targets):
            reference = _reference(tree, module, node.value)
            if reference:
                yield Finding(reference, module.where(node))


def _reference(tree: ProjectTree, module: Module, node: ast.expr) -> str:
    """Return `module:Base.metadata` for an expression of env.py."""
    attributes: list[str] = []
    inner = node.elts[0] if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1 else node
    while True:
        found = tree.resolve_expression(module, inner)
        if found is not None:
            return ".".join([found.reference, *attributes])
        if tree.outside(module, inner) == "sqlmodel.SQLModel":
            return SQLMODEL
        if not isinstance(inner, ast.Attribute):
            return ""
        attributes.insert(0, inner.attr)
        inner = inner.value


def _of_models(tree: ProjectTree) -> Iterator[Finding]:
    bases = {each: 0 for module in tree.app_modules for each in module.definitions.values() if _is_base(each)}
    counted: Counter[Definition] = Counter(bases)
    table = ""
    for module in tree.app_modules:
        for node in ast.walk(module.source.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for base in node.bases:
                found = tree.resolve_expression(module, base)
                if found is not None and found in counted:
                    counted[found] += 1
            if not table and any(each.arg == "table" for each in node.keywords):
                table = module.where(node)
    for found, models in counted.most_common():
        attribute = "" if _is_metadata(found.node) else ".metadata"
        counted_as = f"{models} models" if models != 1 else "one model"
        yield Finding(f"{found.reference}{attribute}", f"{found.where}, {counted_as}" if models else found.where)
    if table:
        yield Finding(SQLMODEL, table)


def _is_base(found: Definition) -> bool:
    node = found.node
    if isinstance(node, ast.ClassDef):
        return any(ast.unparse(base).rpartition(".")[2] in BASES for base in node.bases)
    value = getattr(node, "value", None)
    if not isinstance(value, ast.Call):
        return False
    return ast.unparse(value.func).rpartition(".")[2] in MAKERS or _is_metadata(node)


def _is_metadata(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "MetaData"
