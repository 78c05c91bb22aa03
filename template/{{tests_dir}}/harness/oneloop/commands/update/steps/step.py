"""A step, and what it may do to the files of a service."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..programs import git
from ..working_tree import value_of


@dataclass(frozen=True)
class Left:
    """What a step leaves to the user: where, why, and the lines to write."""

    path: str
    reason: str
    lines: tuple[str, ...] = ()


class ServiceFiles:
    """The files of a service as a step sees them. What it writes is kept here until it is applied.

    Texts have `\\n` at the end of a line, whatever the file has, and are written back as the file was.
    """

    def __init__(self, folder: Path, answers: str, before: Mapping[str, bytes | None] | None = None) -> None:
        self.folder, self.answers = folder, answers
        self.tests = self.answer("tests_dir") or "tests"
        self.project = Path(self.tests).parent.as_posix().removeprefix(".")
        self.before = dict(before or {})
        self.changed: dict[str, bytes | None] = {}
        self.left: list[Left] = []
        self.programs: list[tuple[str, ...]] = []

    @property
    def is_needed(self) -> bool:
        return bool(self.changed or self.left or self.programs)

    def bytes_of(self, path: str) -> bytes | None:
        for kept in (self.changed, self.before):
            if path in kept:
                return kept[path]
        file = self.folder / path
        return file.read_bytes() if file.is_file() else None

    def read(self, path: str) -> str | None:
        """Return a text; None if the file does not exist or is not UTF-8."""
        try:
            text = (self.bytes_of(path) or b"").decode("utf-8")
        except UnicodeDecodeError:
            return None
        return None if self.bytes_of(path) is None else text.replace("\r\n", "\n")

    def write(self, path: str, text: str) -> None:
        if text == self.read(path):
            return  # the bytes may differ: a file may have both line ends
        before = self.bytes_of(path) or b""
        new = text.encode("utf-8")
        if before.count(b"\r\n") * 2 > before.count(b"\n"):
            new = new.replace(b"\n", b"\r\n")
        self.changed[path] = new

    def delete(self, path: str) -> None:
        self.changed[path] = None

    def leave(self, path: str, reason: str, *lines: str) -> None:
        self.left.append(Left(path, reason, lines))

    def run(self, *program: str) -> None:
        """Run a program of the service after the files are written, below `uv run`."""
        self.programs.append(program)

    def beside_tests(self, name: str) -> str:
        """Return the path of a file in the folder of the tests' folder, where pytest's settings are."""
        return f"{self.project}/{name}" if self.project else name

    def sources(self, *suffixes: str) -> Iterator[str]:
        """Yield the paths of the user's own files that git tracks, wherever the user has moved them."""
        own = ("docs/testing/", f"{self.tests}/harness/")
        for path in git(self.folder, "ls-files", "-z").stdout.split("\0"):
            if path.endswith(suffixes) and not path.startswith(own) and self.read(path) is not None:
                yield path

    def answer(self, name: str) -> str:
        """Return an answer that the service gave to the template; empty without one."""
        return value_of(self.answers, name)


@dataclass(frozen=True)
class Step:
    """One change: the release that needs it, what it does (the subject of its commit), why, and how."""

    release: str
    title: str
    why: str
    change: Callable[[ServiceFiles], None]

    def try_on(self, files: ServiceFiles) -> ServiceFiles:
        """Make the change on `files`; if the step fails, leave it with the error as the reason."""
        try:
            self.change(files)
        except Exception as error:  # noqa: BLE001  a step that fails must not stop the others
            files.changed.clear()
            files.programs.clear()
            files.leave("the step", f"It failed: {error!r}. Nothing was changed. {self.why}")
        return files
