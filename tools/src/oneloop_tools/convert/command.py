"""One run of the command: read the files, convert them, check the result, show or write it, and report."""

import argparse
import difflib
import gc
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from oneloop_tools.errors import PROGRAM, ToolsError, counted
from oneloop_tools.interpreter import http_library
from oneloop_tools.project import ProjectSettings, has_adopted

from .advice import follow_advice
from .conversion import Conversion, Entry, convert
from .files import (
    Selection,
    SelectionError,
    SourceFile,
    check_path,
    find_dirty,
    find_files,
    read_file,
    without_parameters,
    write_all,
)
from .index import ProjectIndex, read_module
from .modules import Module
from .reasons import PAGE
from .syntax import cst, parse

REFUSED = 2


def run(root: Path, options: argparse.Namespace) -> int:
    """Convert files of the project in `root`, and return the exit status."""
    settings = ProjectSettings.of(root)
    paths = options.paths or [str(folder) for folder in settings.test_folders]
    selection = Selection([check_path(root, each) for each in paths])
    if options.write and not all(has_adopted(root / each.partition("::")[0]) for each in selection.asked):
        raise ToolsError(
            f"{root} has not adopted Oneloop's test plugin, so its tests have no `async_client`. Adopt it first:\n"
            f"    {PROGRAM} adopt {root}"
        )
    selection.http_library = http_library(root)
    named = {without_parameters(each) for each in options.keep}
    selection.kept |= named
    follow_advice(root, options, selection)
    # The trees are millions of objects that all stay. Looking for garbage among them takes a third of the time.
    gc.disable()
    try:
        return _Run(root, selection, options, named).convert(settings.answers.get("app", ""))
    finally:
        gc.enable()


class _Run:
    def __init__(self, root: Path, selection: Selection, options: argparse.Namespace, kept: set[str]) -> None:
        self.kept = kept
        self.root = root
        self.selection = selection
        self.options = options
        self.sources: dict[str, SourceFile] = {}
        self.unreadable: dict[str, str] = {}
        self.modules: list[Module] = []

    def _check_names(self, index: ProjectIndex) -> None:
        """Refuse a mistyped test: what it should have named would be converted, or left."""
        known = "\n".join({*self.sources, *(each.nodeid for each in index.functions())})
        for name in sorted(each for each in {*self.selection.asked, *self.kept} if "::" in each):
            if not re.search(rf"^{re.escape(name)}(?:$|/|::)", known, re.MULTILINE):
                raise SelectionError(
                    f"There is no {name} in {self.root}. Name a test as file::test, or file::class::test."
                )

    def convert(self, answered_app: str) -> int:
        self._read()
        index = ProjectIndex(self.root, self.modules, self.options.app, answered_app.replace(":", ".") or None)
        self._check_names(index)
        done = convert(index, self.selection)
        wrong = [shown for shown, content in done.changed.items() if not _is_python(content)]
        if wrong:
            say(
                f"Nothing was written: {', '.join(wrong)} would not be valid Python. This is a bug of the "
                "converter. Report it, and convert the other files by naming them."
            )
            return REFUSED
        if not self.options.write:
            for shown, content in sorted(done.changed.items()):
                sys.stdout.write(diff(shown, self.sources[shown].content, content))
            sys.stdout.flush()
        elif not self._write(done):
            return REFUSED
        unreadable = [(shown, why) for shown, why in sorted(self.unreadable.items()) if self._is_asked_for(shown)]
        for line in summary(done, unreadable, written=self.options.write):
            say(line)
        if done.kept and self.selection.advised is not None:
            say("What the audit keeps is converted with --all.")
        return 1 if unreadable else 0

    def _is_asked_for(self, shown: str) -> bool:
        one_of_its_tests = any(name.startswith(f"{shown}::") for name in self.selection.asked)
        return one_of_its_tests or self.selection.asks_for(shown)

    def _write(self, done: Conversion) -> bool:
        try:
            write_all(self.root, done.changed)
        except OSError as error:
            say(f"Nothing was written: {error.strerror}. Fix that, and run the command again.")
            return False
        return True

    def _read(self) -> None:
        dirty = find_dirty(self.root) if self.options.write else set()
        if dirty is None:
            say("This is not a git repository, so the changes cannot be undone with git.")
        for path in find_files(self.root, self.selection.asked):
            source = read_file(path, self.root)
            self.sources[source.shown] = source
            if not self.options.allow_dirty and source.shown in (dirty or ()):
                source.closed = source.closed or "has uncommitted changes: commit them, or add --allow-dirty"
            self._parse(source)

    def _parse(self, source: SourceFile) -> None:
        if source.closed is not None and not source.content:
            self.unreadable[source.shown] = source.closed
            return
        try:
            parse(source.content)  # Python's own message says best what is wrong
            module = read_module(source.path, source.shown, source.content)
        except (cst.ParserSyntaxError, SyntaxError, RecursionError, ValueError) as error:
            self.unreadable[source.shown] = _why(error)
            return
        module.closed = source.closed
        self.modules.append(module)


def say(line: str) -> None:
    """Print to stderr. Standard output has the diff alone, so that a program can read it."""
    sys.stderr.write(f"{line}\n")


def _is_python(content: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(content, "converted", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _why(error: Exception) -> str:
    line = getattr(error, "lineno", None) or getattr(error, "raw_line", None)
    where = f" in line {line}" if line else ""
    text = getattr(error, "msg", None) or getattr(error, "message", None) or error
    text = str(text).splitlines()[0]
    old = "print" in text or "exec" in text  # not "except": `except A, B` is Python 3.14
    two = "; it looks like Python 2" if old else ""
    return f"is not valid Python{where}: {text}{two}. It was left as it is."


def diff(shown: str, before: bytes, after: bytes) -> str:
    """Return a unified diff that `git apply` accepts."""
    old, new = (_lines(content) for content in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(content: bytes) -> list[str]:
    text = content.decode("utf-8", "surrogateescape")
    return text.splitlines(keepends=True)


def summary(done: Conversion, closed: Iterable[tuple[str, str]], *, written: bool) -> Iterator[str]:
    for shown, why in closed:
        yield f"{shown}: {why}"
    for entry in done.left:
        yield f"{_place(entry)}: left: {entry.name} {entry.sentence} [{entry.reason}]"
    for entry in done.notes:
        yield f"{_place(entry)}: note: {entry.name} {entry.sentence} [{entry.reason}]"
    would = "" if written else "would be "
    counts = [
        f"{counted(len(done.converted), 'test')} {would}converted",
        f"{len(done.left)} left",
        *([f"{len(done.kept)} kept"] if done.kept else []),
        f"{counted(len(done.changed), 'file')} {would}changed",
    ]
    yield ", ".join(counts)
    if done.changed and not written:
        yield "Nothing was written. To write this, add --write."
    if done.left or done.notes:
        yield f"{PAGE} explains the words in brackets."


def _place(entry: Entry) -> str:
    return f"{entry.shown}:{entry.line}" if entry.line else entry.shown
