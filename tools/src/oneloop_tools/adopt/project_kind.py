"""What cannot be adopted, said before anything is asked: another framework, another database, an old pydantic."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from oneloop_tools.audit.sources import Sources, walk

from .finding import AdoptionError, Finding
from .packages import Package, Packages
from .project_tree import Module, ProjectTree

OTHERS = {"flask": "Flask", "django": "Django"}
DATABASES = {
    "MySQL": ("aiomysql", "asyncmy", "pymysql", "mysqlclient", "mysql-connector-python"),
    "Oracle": ("oracledb", "cx-oracle"),
}
DRIVERS = {"asyncpg": "postgresql+asyncpg", "psycopg": "postgresql+psycopg", "aiosqlite": "sqlite+aiosqlite"}
SYNC_DRIVERS = ("psycopg2", "psycopg2-binary", "pg8000")
LIBRARIES = ("sqlalchemy", "sqlmodel", "fastapi_users_db_sqlalchemy", "advanced_alchemy")
OTHER_LIBRARIES = (
    "tortoise",
    "databases",
    "peewee",
    "beanie",
    "motor",
    "pymongo",
    "piccolo",
    "ormar",
    "sqlite3",
    "asyncpg",
)
IMPORT = re.compile(rb"^\s*(?:from|import) (flask|django)\b", re.MULTILINE)


def refuse_other_frameworks(root: Path, packages: Packages, tree: ProjectTree) -> None:
    """Refuse a project that has no FastAPI app, by the name of what it has."""
    is_fastapi = any(_imports(module, ("fastapi",)) for module in tree.app_modules)
    for path in walk(root) if not is_fastapi else ():
        found = IMPORT.search(path.read_bytes())
        if found:
            shown = path.relative_to(root).as_posix()
            name = OTHERS[found[1].decode()]
            raise AdoptionError(f"This is a {name} project ({shown}), and the plugin is for FastAPI apps.")
    for key, name in OTHERS.items():
        if key in packages.declared and "fastapi" not in packages.declared:
            raise AdoptionError(
                f"This is a {name} project ({packages.declared[key].where}), and the plugin is for FastAPI apps."
            )
    raise AdoptionError(
        f"No FastAPI app was found in {root}: no module calls `FastAPI()`. Name it:\n    --app package.module:app"
    )


def refuse_old_pydantic(packages: Packages) -> None:
    found = packages.declared.get("pydantic")
    version = packages.version("pydantic")
    written = found.version.lstrip("^~=(<> ") if found else ""
    is_old = (
        version.startswith("1.")
        if version
        else bool(found and (written.startswith("1.") or re.search(r"<\s*2\b(?!\.[1-9])", found.version)))
    )
    if is_old:
        where = f" ({found.where})" if found else ""
        raise AdoptionError(f"The project has pydantic {version or written}{where}, and the plugin needs pydantic 2.")


def refuse_other_databases(packages: Packages, driver: Finding | None) -> None:
    """Refuse MySQL and Oracle: by the URL of the code, or by their drivers where there is no driver of ours."""
    if driver is not None:
        scheme = re.split(r"\W", driver.value)[0]
        name = {"mysql": "MySQL", "mariadb": "MySQL", "oracle": "Oracle"}.get(scheme)
        if name:
            raise AdoptionError(_other_database(name, driver.where))
        return
    if any(each in packages.declared for each in (*DRIVERS, "psycopg-binary", "psycopg2", "psycopg2-binary")):
        return
    for name, drivers in DATABASES.items():
        found = packages.first(*drivers)
        if found is not None:
            raise AdoptionError(_other_database(name, found.where))


def refuse_other_libraries(tree: ProjectTree) -> None:
    """Refuse an app whose tables are not SQLAlchemy's."""
    modules = tree.app_modules
    if not any(_imports(module, LIBRARIES) for module in modules):
        other = next((name for name in OTHER_LIBRARIES if any(_imports(module, (name,)) for module in modules)), None)
        uses = f"The app uses {other} and no SQLAlchemy" if other else "The app uses no SQLAlchemy"
        raise AdoptionError(f"{uses}. The plugin is for async SQLAlchemy.")


def _imports(module: Module, names: Sequence[str]) -> bool:
    return any(target.replace(":", ".").split(".")[0] in names for target in module.imports.values())


def _other_database(name: str, where: str) -> str:
    return f"The project uses {name} ({where}). The plugin works with PostgreSQL and SQLite."


def driver_of_packages(packages: Packages) -> Finding | None:
    found: Package | None = packages.first(*DRIVERS, "psycopg-binary")
    if found:
        return Finding(DRIVERS[found.name.removesuffix("-binary")], found.where)
    # An extra of SQLAlchemy brings it: `sqlalchemy[postgresql-asyncpg]`.
    locked = next((name for name in DRIVERS if name in packages.locked), None)
    return Finding(DRIVERS[locked], f"{locked} {packages.locked[locked]}, locked") if locked else None


CLIENTS = (
    (re.compile(r"\bTestClient\("), "TestClient"),
    (re.compile(r"\bAsyncClient\("), "AsyncClient"),
    (re.compile(r"\bIsolatedAsyncioTestCase\b"), "IsolatedAsyncioTestCase"),
)


def refuse_sync_drivers(packages: Packages) -> None:
    """Refuse a driver that SQLAlchemy's async engine cannot use, where no other one is declared."""
    if found := packages.first(*SYNC_DRIVERS):
        raise AdoptionError(
            f"The project has the driver {found.name} ({found.where}), which is not async, and no other. "
            "The plugin needs async SQLAlchemy."
        )


def find_client(folders: list[Path], sources: Sources) -> Finding:
    """Return the clients that the tests make."""
    found: dict[str, str] = {}
    for path in _python_files(folders):
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            for pattern, name in CLIENTS:
                if pattern.search(line):
                    found.setdefault(name, f"{sources.shown(path)}:{number}")
    return Finding(", ".join(found) or "none", next(iter(found.values()), ""))


def _python_files(folders: list[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in folders:
        for path in walk(folder):
            if path not in seen and (
                path.name.startswith("test") or path.name == "conftest.py" or "test" in str(path.parent.name)
            ):
                seen.add(path)
                yield path
