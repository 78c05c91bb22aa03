"""A run of the tool: files are read, converted, checked and shown or written."""

import argparse
import gc
import sys
import warnings
from pathlib import Path

from ..audit.settings import Settings
from .conversion import Conversion, convert
from .files import Source, find_dirty, find_files, read_file, write_all
from .lines import parse
from .modules import Module
from .report import diff, summary
from .selection import Selection
from .syntax import Tree, cst
from .world import World

REFUSED = 2


class Run:
    """One run over the files below a root."""

    def __init__(self, root: Path, selection: Selection, options: argparse.Namespace) -> None:
        self.root = root
        self.selection = selection
        self.options = options
        self.sources: dict[str, Source] = {}
        self.broken: dict[str, str] = {}
        self.modules: list[Module] = []

    def go(self) -> int:
        """Do it, say it, and return the exit status."""
        # Trees are millions of objects that all stay: to look for garbage among them is a third of
        # the time, and there is none.
        gc.disable()
        try:
            return self._go()
        finally:
            gc.enable()

    def _go(self) -> int:
        self._read()
        answered = Settings.of(self.root).answers.get("app", "").replace(":", ".") or None
        world = World(self.root, self.modules, self.options.app, answered)
        done = convert(world, self.selection)
        wrong = [shown for shown, content in done.changed.items() if not _is_python(content)]
        if wrong:
            say(
                f"Nothing was written: {', '.join(wrong)} would be no Python. This is a bug of the "
                "converter: leave the file out by naming the others, and report it."
            )
            return REFUSED
        if not self.options.write:
            for shown, content in sorted(done.changed.items()):
                sys.stdout.write(diff(shown, self.sources[shown].content, content))
            sys.stdout.flush()
        elif not self._write(done):
            return REFUSED
        broken = [(shown, why) for shown, why in sorted(self.broken.items()) if self._asks(shown)]
        for line in summary(done, broken):
            say(line)
        return 1 if broken else 0

    def _asks(self, shown: str) -> bool:
        # One test of a file that was asked for asks for the file.
        return self.selection.asks_for(shown) or any(
            name.startswith(f"{shown}::") for name in self.selection.asked
        )

    def _write(self, done: Conversion) -> bool:
        try:
            write_all(self.root, done.changed)
        except OSError as error:
            say(f"Nothing was written: {error.strerror}. Make room, and run this again.")
            return False
        return True

    def _read(self) -> None:
        dirty = find_dirty(self.root) if self.options.write else set()
        if dirty is None:
            say("There is no git here, so nothing takes these changes back.")
        for path in find_files(self.root, self.selection.asked):
            source = read_file(path, self.root)
            self.sources[source.shown] = source
            if not self.options.allow_dirty and source.shown in (dirty or ()):
                source.closed = source.closed or (
                    "has changes that are not committed: commit them, or say --allow-dirty"
                )
            self._parse(source)

    def _parse(self, source: Source) -> None:
        if source.closed is not None and not source.content:
            self.broken[source.shown] = source.closed
            return
        try:
            parse(source.content)  # Python's own words say best what is wrong
            tree = Tree(source.content)
        except (cst.ParserSyntaxError, SyntaxError, RecursionError, ValueError) as error:
            self.broken[source.shown] = _why(error)
            return
        module = Module(source.path, source.shown, tree)
        module.closed = source.closed
        self.modules.append(module)


def say(line: str) -> None:
    """Tell a person; the diff alone goes to where a program reads it."""
    print(line, file=sys.stderr)  # noqa: T201


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
    said = getattr(error, "msg", None) or getattr(error, "message", None) or error
    said = str(said).splitlines()[0]
    old = "print" in said or "exec" in said or "except" in said
    two = "; it looks like Python 2" if old else ""
    return f"is no Python that can be read{where}: {said}{two}. It was left as it is."
