"""What migrations read: the files that they open, what these import, and the folders that they list."""

import ast
import hashlib
import os
import re
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from importlib.util import resolve_name, source_from_cache
from itertools import accumulate
from pathlib import Path, PurePath
from types import CodeType, ModuleType
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR
PROCESSES = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.spawn", "os.fork", "os.exec"}
LIBRARIES = {"site-packages", "dist-packages"}
STANDARD_LIBRARY = Path(os.__file__).parent
IMPORTS_BY_NAME = re.compile(r"\b(?:import_module|__import__|pkgutil)\b")


class Recording:
    """What the interpreter opens and lists, by its audit events. None tells what another process reads."""

    def __init__(self) -> None:
        self.opened: set[Path] = set()
        self.listed: set[Path] = set()
        self.started_process = False
        self.active = True
        sys.addaudithook(self._hear)  # no hook can be removed

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.active and event in PROCESSES:
            self.started_process = True
        elif self.active and event in {"open", "os.listdir", "os.scandir"} and not isinstance(arguments[0], int):
            path = Path(os.fsdecode(arguments[0] or ".")).absolute()
            if event != "open":
                self.listed.add(path)
            elif not arguments[2] & WRITES:
                with suppress(ValueError):
                    path = Path(source_from_cache(path)) if path.suffix == ".pyc" else path
                self.opened.add(path)


def find_inputs(recording: Recording, migrate: Callable[..., None], repository: Path) -> set[Path]:
    """Return the project's files and folders that decide what `migrate` does; none if they are unknown."""
    if recording.started_process:
        return set()
    files = {name: Path(getattr(module, "__file__", None) or "") for name, module in list(sys.modules.items())}
    modules = {name: file for name, file in files.items() if _is_own(file, repository)}
    inputs = {path for path in recording.opened | recording.listed if path.exists() and _is_own(path, repository)}
    todo = [path for path in inputs if path.suffix == ".py"]
    code = getattr(migrate, "__code__", None)
    if todo and code is not None:
        inputs.add(Path(code.co_filename))
        used = _used_modules(migrate, code)
        todo += [file for name, file in modules.items() if name in used]
    else:  # it creates the tables of the models, for example: what it needs was imported before
        todo = list(modules.values())
    names = {file: name for name, file in modules.items()}
    imported: set[Path] = set()
    while todo:
        file = todo.pop()
        if file not in imported and file.suffix == ".py":
            imported.add(file)
            found = _imported_names(file, names.get(file, ""))
            todo += [other for name, other in modules.items() if found is None or name in found]
    return inputs | imported


def _is_own(path: Path, repository: Path) -> bool:
    """Return whether it is in the repository, or code of no library."""
    is_library = path.is_relative_to(STANDARD_LIBRARY) or not LIBRARIES.isdisjoint(path.parts)
    return not is_library and (path.suffix == ".py" or path.resolve().is_relative_to(repository))


def _used_modules(function: Any, code: CodeType) -> set[str]:
    """Return the modules that a function names, and those of the objects that it names."""
    values = [function.__globals__.get(name) for name in _names(code)]
    values += [cell.cell_contents for cell in function.__closure__ or ()]
    return {each.__name__ if isinstance(each, ModuleType) else str(getattr(each, "__module__", "")) for each in values}


def _names(code: CodeType) -> set[str]:
    return {*code.co_names}.union(*(_names(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def _imported_names(file: Path, module: str) -> set[str] | None:
    """Return the modules that a file imports and their packages; None if it computes their names."""
    source = file.read_text("utf-8")
    if IMPORTS_BY_NAME.search(source):
        return None
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            with suppress(ImportError):  # a script has no package
                base = resolve_name("." * node.level + base, package)
            found += [f"{base}.{alias.name}" for alias in node.names]
    return {prefix for name in found for prefix in accumulate(name.split("."), "{}.{}".format)}


def digests(repository: Path, paths: Collection[str]) -> dict[str, str]:
    """Return a digest of each file, and of the names in each folder that are of a kind of these files."""
    found = {}
    kinds = {PurePath(path).suffix for path in paths}
    for path in map(repository.joinpath, sorted(paths)):
        if path.is_dir():
            names = [each.name for each in os.scandir(path) if each.is_dir() or PurePath(each).suffix in kinds]
            content = "\n".join(sorted(name for name in names if not name.startswith((".", "__")))).encode()
        else:
            content = path.read_bytes()
        found[os.path.relpath(path, repository)] = digest(content)
    return found


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
