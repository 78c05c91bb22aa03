"""What the kinds have to know of other files: enums, dependencies that check a role, and the columns of models."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from oneloop_tools.convert.syntax import Node, cst

from .source import Source, called, dotted

ROLE_WORDS = ("admin", "superuser", "staff", "role", "permission", "scopes", "moderator", "privilege")
LOGIN_WORDS = ("current_user", "currentuser", "auth", "token", "login", "active_user", "api_key", "credentials", "user")
WRITES = ("add", "add_all", "delete", "execute", "merge", "exec")
ENUMS = {"Enum", "StrEnum", "IntEnum", "Flag"}


@dataclass
class Index:
    enums: dict[str, list[str]] = field(default_factory=dict)  # members by class
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: annotated type, dependency
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # of ORM models: annotation by name
    schemas: dict[str, list[str]] = field(default_factory=dict)  # fields of other classes
    bases: dict[str, list[str]] = field(default_factory=dict)
    functions: dict[str, bool] = field(default_factory=dict)  # whether each yields
    writers: set[str] = field(default_factory=set)  # functions that write with a session
    has_migrations: bool = False

    @classmethod
    def of(cls, sources: Iterable[Source]) -> "Index":
        index = cls()
        for source in sources:
            for node in source.all(cst.ClassDef):
                index._add_class(source, node)
            for node in source.all(cst.Assign):
                index._add_alias(source, node)
            yielding = {source.function(each) for each in source.all(cst.Yield)}
            for node in source.all(cst.FunctionDef):
                name = node.name.value
                index.functions[name] = index.functions.get(name, False) or node in yielding
            writing = (source.function(each) for each in source.all(cst.Call) if is_write(source, each))
            index.writers |= {function.name.value for function in writing if function is not None}
            index.has_migrations |= is_migration(source)
        return index

    def all_columns(self, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for base in self.bases.get(name, ()):
            found |= self.all_columns(base)
        return found | self.columns.get(name, {})

    def all_fields(self, name: str) -> list[str]:
        inherited = [each for base in self.bases.get(name, ()) for each in self.all_fields(base)]
        return [*inherited, *self.schemas.get(name, ())]

    def weaker(self, alias: str) -> str | None:
        """Return the alias of the same type that checks no role."""
        kind, dependency = self.aliases.get(alias, ("", ""))
        if not checks_role(f"{alias} {dependency}"):
            return None
        for name, (other, needs) in self.aliases.items():
            if other == kind and name != alias and not checks_role(f"{name} {needs}"):
                return name
        return None

    def _add_class(self, source: Source, node: Node) -> None:
        bases = [dotted(each.value).rpartition(".")[2] or source.code(each.value) for each in node.bases]
        name = node.name.value
        self.bases[name] = [each for each in bases if each != name]
        fields: list[str] = []
        columns: dict[str, str] = {}
        members: list[str] = []
        for statement in getattr(node.body, "body", ()):
            for small in getattr(statement, "body", ()) if isinstance(statement, cst.SimpleStatementLine) else ():
                if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                    annotation = source.code(small.annotation.annotation)
                    fields.append(small.target.value)
                    value = small.value
                    made = called(value) if isinstance(value, cst.Call) else ""
                    if "relationship" not in made.lower() and (
                        annotation.startswith("Mapped") or made == "mapped_column"
                    ):
                        columns[small.target.value] = annotation
                elif isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Name):
                    members.append(small.targets[0].target.value)
                    if isinstance(small.value, cst.Call) and called(small.value) in ("Column", "mapped_column"):
                        columns[small.targets[0].target.value] = "Any"
        if ENUMS & set(bases):
            self.enums[name] = members
        is_table = any(each.keyword and each.keyword.value == "table" for each in node.keywords)
        if is_table:  # SQLModel
            columns |= dict.fromkeys(fields, "Any")
        self.columns[name] = columns
        self.schemas[name] = fields

    def _add_alias(self, source: Source, node: Node) -> None:
        value = node.value
        if not (isinstance(value, cst.Subscript) and dotted(value.value).endswith("Annotated")):
            return
        parts = [source.code(each.slice.value) for each in value.slice if isinstance(each.slice, cst.Index)]
        target = node.targets[0].target
        if isinstance(target, cst.Name) and len(parts) > 1 and "Depends(" in parts[1] + "".join(parts[2:]):
            self.aliases[target.value] = (parts[0].strip(), " ".join(parts[1:]))


def is_write(source: Source, call: Node) -> bool:
    """Return whether a call writes with a session."""
    if called(call) not in WRITES or not isinstance(call.func, cst.Attribute):
        return False
    text = source.code(call)
    reads = (
        called(call) in ("execute", "exec") and "select(" in text and not re.search(r"(update|insert|delete)\(", text)
    )
    return not reads and is_session(source.code(call.func.value))


def is_session(text: str) -> bool:
    return re.search(r"(?i)session$|^(self\.)?_?db$", text) is not None


def is_migration(source: Source) -> bool:
    return "down_revision" in source.text and "op." in source.text


def checks_role(text: str) -> bool:
    lowered = text.lower().replace("scope=", "")
    return any(word in lowered for word in ROLE_WORDS)


def checks_login(text: str) -> bool:
    return any(word in text.lower() for word in LOGIN_WORDS)
