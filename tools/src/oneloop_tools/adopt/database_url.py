"""How the app makes the URL of its database: from one variable, from several parts, or from a text in the code."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .finding import Finding
from .project_tree import Module, ProjectTree
from .scopes import Calls, Scope, calls_in
from .url_trace import Origin, Text, UrlTrace, Variable
from .written_path import find_written_path

ENGINES = ("create_async_engine", "async_engine_from_config", "create_engine", "engine_from_config")
SCHEME = re.compile(r"\b(postgresql|postgres|sqlite|mysql|mariadb|oracle|mssql)(?:\+(\w+))?\b")
WHOLE = re.compile(r"UR[LI]|DSN|CONN", re.IGNORECASE)
TESTING = re.compile(r"TEST|REPLICA|READ|BROKER|REDIS|SYNC_DATABASE", re.IGNORECASE)
# The first pattern that a variable's name has decides what part of a URL it is.
PARTS = (
    ("password", re.compile(r"PASS|PWD", re.IGNORECASE)),
    ("port", re.compile(r"PORT", re.IGNORECASE)),
    ("host", re.compile(r"HOST|SERVER|ADDR", re.IGNORECASE)),
    ("user", re.compile(r"USER|LOGIN|ROLE|OWNER", re.IGNORECASE)),
    ("driver", re.compile(r"DRIVER|SCHEME|DIALECT|ENGINE|PREFIX|PROTOCOL|TYPE|KIND", re.IGNORECASE)),
    ("name", re.compile(r"DB|NAME|DATABASE|PATH", re.IGNORECASE)),
)


@dataclass
class DatabaseUrl:
    """`variables` are by their part: `url`, or `host`, `port`, `user`, `password`, `name`."""

    where: str
    variables: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    alternatives: dict[str, list[str]] = field(default_factory=dict)  # for tests, by their part
    texts: list[Text] = field(default_factory=list)
    is_async: bool = True

    @property
    def finding(self) -> Finding:
        if not self.variables:
            text = next((each for each in self.texts if SCHEME.search(each.text)), None)
            return Finding("a text in the code", text.where if text else self.where)
        return Finding(", ".join(self.variables.values()), next(iter(self.lines.values())))

    def driver(self) -> Finding | None:
        """Return the driver that the code names."""
        for text in self.texts:
            found = SCHEME.search(text.text)
            if found and found[2]:
                return Finding(f"{_dialect(found[1])}+{found[2]}", text.where)
        for text in self.texts:
            found = SCHEME.search(text.text)
            if found:
                return Finding(_dialect(found[1]), text.where)
        return None


def _dialect(name: str) -> str:
    return "postgresql" if name == "postgres" else name


def find_database_urls(calls: Calls, modules: list[Module]) -> list[DatabaseUrl]:
    """Return the URLs of the engines that the modules make, those of async engines first."""
    found, tree = [], calls.tree
    for module, call, scope in _engines(tree, modules):
        trace = UrlTrace(tree, calls)
        given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg in ("url", None)), None)
        origins = list(trace.trace(given, scope)) if given is not None else []
        named = ast.unparse(call.func).rpartition(".")[2]
        url = _url(module.where(call), origins, is_async="async" in named)
        if given is not None and not url.variables and (path := find_written_path(tree, given, scope)):
            url.texts = [Text(path, url.where)]
        found.append(url)
    return sorted(found, key=lambda each: (not each.is_async, not each.variables, _for_tests(each)))


def _for_tests(url: DatabaseUrl) -> bool:
    return any(TESTING.search(name) for name in url.variables.values())


def all_variables(url: DatabaseUrl, others: list[DatabaseUrl], driver: str) -> dict[str, list[str]]:
    """Return the variables of a URL by their part, those of the tests' own URLs, and that of the app's sync engine.

    A whole URL of these has the name of its driver: it may be another one.
    """
    found = {part: list(dict.fromkeys([name, *url.alternatives.get(part, [])])) for part, name in url.variables.items()}
    for other in others:
        is_twin = not other.is_async and "url" in other.variables
        if not _for_tests(other) and not is_twin:
            continue
        named = other.driver()
        of_its_own = driver.partition("+")[0] if is_twin and not _for_tests(other) else driver
        for part, name in other.variables.items():
            where = part if part != "url" else named.value if named and "+" in named.value else of_its_own
            known = [each for names in found.values() for each in names]
            if name not in known:
                found.setdefault(where, []).append(name)
    return found


def _engines(tree: ProjectTree, modules: list[Module]) -> Iterator[tuple[Module, ast.Call, Scope]]:
    """Yield the calls that make an engine, outside of the migrations."""
    for module in modules:
        if module.source.path.name == "env.py":
            continue
        for node, scope in calls_in(tree, module):
            if ast.unparse(node.func).rpartition(".")[2] in ENGINES:
                yield module, node, scope


def _is_rest(variable: Variable) -> bool:
    """Return whether a field is a URL without its scheme, which is made from other variables."""
    return variable.default.startswith(("f'", 'f"')) and "://" not in variable.default


def _has_no_port(url: DatabaseUrl) -> bool:
    """Return whether no port is written either: the host's variable then has it, as in `db:5432`."""
    return not any(re.search(r":\d{2,5}\b", each.text) for each in url.texts)


def _url(where: str, origins: list[Origin], *, is_async: bool) -> DatabaseUrl:
    url = DatabaseUrl(where, is_async=is_async, texts=[each for each in origins if isinstance(each, Text)])
    variables = [each for each in origins if isinstance(each, Variable)]
    # The app's own database comes before one for tests, and the order in the code decides among the others.
    variables.sort(key=lambda each: bool(TESTING.search(each.name)))
    whole = [each for each in variables if WHOLE.search(each.name) and not _is_rest(each)]
    if whole:
        url.variables, url.lines = {"url": whole[0].name}, {"url": whole[0].where}
        # The same field of another group: a database for reading, which is the first one unless it has a URL.
        url.alternatives = {"url": [each.name for each in whole[1:] if each.where == whole[0].where]}
        return url
    for each in variables:
        part = next((part for part, pattern in PARTS if pattern.search(each.name)), None)
        if part and part not in url.variables:
            url.variables[part], url.lines[part] = each.name, each.where
        elif part and "TEST" in each.name.upper():
            url.alternatives.setdefault(part, []).append(each.name)
    url.variables.pop("driver", None)
    if "host" in url.variables and "port" not in url.variables and _has_no_port(url):
        url.variables = {("address" if part == "host" else part): name for part, name in url.variables.items()}
    if len(url.variables) == 1 and len(variables) == 1:
        url.variables = {"url": variables[0].name}
    return url
