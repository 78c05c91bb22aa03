"""The second half of an update, in the code of the new release: commit what Copier brought, then each step."""

import difflib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ... import CommandError
from ..programs import git, git_lines, reason, run, uv
from ..working_tree import find_changes, find_conflicts, say, value_of
from .answers import ANSWERS
from .news import news, release_of
from .question import is_wanted
from .safe_start import GO_BACK, check_clean, drop_bytecode
from .step import Left, ServiceFiles, Step
from .step_list import due
from .write_files import written

HERE = Path(__file__).resolve().parent
HARNESS = HERE.parents[3]
NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}  # the service may have no .gitignore
STOPPED = """\
Nothing is lost: what is listed above as committed is committed, and nothing else has changed.
To go on:
    {go_on}"""
NOT_COMMITTED = """\
Nothing is lost. These files are written, and not committed:
{changes}
To go on, commit them, and run:
    {go_on}
{go_back}"""
REVERT = """\
To go back, revert the commits of the update:
    git revert --no-edit {start}..HEAD"""


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    answers_file: str = ANSWERS
    yes: bool = False
    preview: bool = False
    selftest: bool = True


class LockError(CommandError):
    """`uv lock` has failed."""


def go_on(folder: Path) -> str:
    """Return the command that goes on with an update, whatever its release and whether the plugin is installed."""
    return f"uv run python {HERE.relative_to(folder).as_posix()}"


def finish(folder: Path, options: Options) -> int:
    """Commit an update that is not committed yet, apply the steps that are due, and say what is next."""
    start = git(folder, "rev-parse", "--short", "HEAD").stdout.strip()
    drop_bytecode()
    try:
        since = _commit_update(folder, options)
        left, skipped = _apply(folder, since, options)
    except (CommandError, KeyboardInterrupt, OSError) as error:
        if not options.preview:
            _say_how_to_go_on(folder, start, error)
        if isinstance(error, OSError):
            raise CommandError(f"The system refused: {error}") from None
        raise
    tested = options.preview or not options.selftest or _selftest()
    if not options.preview:
        _say_what_is_next(folder, start, [*left, *skipped])
    return 0 if tested else 1


def _say_how_to_go_on(folder: Path, start: str, error: BaseException) -> None:
    """Say it after a stop that no message explains, and wherever something is committed already."""
    is_committed = git(folder, "rev-parse", "--short", "HEAD").stdout.strip() != start
    is_explained = isinstance(error, CommandError) and not isinstance(error, LockError)
    if changes := [] if is_explained else find_changes(folder):
        listed = "\n".join(f"  {line}" for line in changes)
        say(NOT_COMMITTED.format(changes=listed, go_on=go_on(folder), go_back=GO_BACK))
    elif is_committed or not is_explained:
        say(STOPPED.format(go_on=go_on(folder)))
    if is_committed:
        say(REVERT.format(start=start))


def _commit_update(folder: Path, options: Options) -> str:
    """Commit the files of an update, and return the release before it; empty if there is nothing to commit."""
    file = options.answers_file
    before = value_of(git(folder, "show", f"HEAD:./{file}").stdout, "_commit")
    after = value_of((folder / file).read_text("utf-8"), "_commit") if (folder / file).is_file() else ""
    tests = HARNESS.relative_to(folder).as_posix()
    own = (f"{tests}/", "docs/testing/", ".gitattributes", "uv.lock", file)
    changes = find_changes(folder)
    if before == after or any(not line[3:].strip('"').startswith(own) for line in changes):
        check_clean(folder)
        return ""
    git(folder, "add", "--all", "--", ".")  # then a file that the user has edited has no conflict any more
    if conflicts := find_conflicts(folder):
        listed = "\n".join(f"  {path}" for path in conflicts)
        raise CommandError(f"These files have conflicts:\n{listed}\nEdit them, then go on:\n    {go_on(folder)}")
    lock(folder)
    git(folder, "add", "--all", "--", ".")
    had = release_of(git(folder, "show", f"HEAD:./{tests}/pyproject.toml").stdout)  # `before` may be a commit
    if text := news(had or before, after):
        say(f"{text}\n")
    say(f"Files of the template, {before} → {after}")
    shown = ("--cached", "--no-renames", "--no-ext-diff", "--relative", "--compact-summary", "--stat=160,120")
    say("\n".join(git_lines(folder, "diff", *shown, "HEAD")))
    commit(folder, f"Update Oneloop {before} → {after}", ".", preview=options.preview)
    return before


def lock(folder: Path) -> None:
    """Lock the plugin's dependencies, if the project uses uv."""
    project = HARNESS.parents[1]
    inside = [each for each in (project, *project.parents) if each.is_relative_to(folder)]
    if any((each / "uv.lock").is_file() for each in inside):
        done = uv(project, "lock", "--quiet")
        if done.returncode:
            raise LockError(f"`uv lock` failed. It reports:\n{reason(done)}")


def commit(folder: Path, message: str, *paths: str, preview: bool = False, quiet: bool = False) -> None:
    """Commit these paths alone. The hooks of the project do not run: a formatter would change the template's files."""
    git(folder, "add", "--all", "--", *paths)
    done = git(folder, "commit", "--quiet", "--no-verify", "--message", message, "--", *paths)
    if done.returncode:
        raise CommandError(
            f"git could not commit. It reports:\n{reason(done)}\nThe files are written. "
            f'Commit them as "{message.splitlines()[0]}", then go on:\n    {go_on(folder)}\n{GO_BACK}'
        )
    if not quiet:
        say(f"{'Would commit' if preview else 'Committed'}: {message.splitlines()[0]}\n")


def _answers(folder: Path, options: Options) -> str:
    file = folder / options.answers_file
    return file.read_text("utf-8") if file.is_file() else ""


def _apply(folder: Path, since: str, options: Options) -> tuple[list[Left], list[Left]]:
    """Show the steps that are due as a table, then each of them; return what is left, and what was skipped."""
    answers = _answers(folder, options)
    planned: dict[str, bytes | None] = {}
    steps = []
    for step in due(since):
        files = step.try_on(ServiceFiles(folder, answers, planned))
        planned |= files.changed
        if files.is_needed:
            steps.append(step)
            say(_row(folder, step, files, is_first=len(steps) == 1))
    if not steps:
        say("No step is due in your own files.")
    left, skipped, runs = [], [], False
    for step in steps:
        files = step.try_on(ServiceFiles(folder, answers))
        runs = runs or bool(files.programs)
        left += [] if options.preview else files.left
        if not (files.changed or files.programs):
            continue
        if not options.preview:
            say(f"\n{step.release}: {step.title}\n{step.why}\n{difference(files)}")
        if options.yes or options.preview or is_wanted():
            left += _write(folder, step, files, options)
        else:
            skipped.append(Left(step.title, "You skipped it."))
    if options.preview or not (left or skipped):
        more = ", and what the programs above write" if options.preview and runs else ""
        say(f"\nYour files are then those of git's tree {git(folder, 'rev-parse', 'HEAD:./').stdout.strip()}{more}.")
    return left, skipped


def _row(folder: Path, step: Step, files: ServiceFiles, *, is_first: bool) -> str:
    head = "\nSteps in your own files, a commit each\n" if is_first else ""
    paths = [f"{path} (deleted)" if text is None else path for path, text in files.changed.items()]
    locked = ["uv.lock"] if _is_locked(folder, files) else []
    ran = [f"runs {' '.join(program)}" for program in files.programs]
    left = [f"left to you: {each.path}: {each.reason}" for each in files.left]
    rows = "".join(f"\n         {each}" for each in paths + locked + ran + left)
    return f"{head}  {step.release}  {step.title}{rows}"


def _is_locked(folder: Path, files: ServiceFiles) -> bool:
    project = files.beside_tests("pyproject.toml")
    return project in files.changed and (folder / files.beside_tests("uv.lock")).is_file()


def difference(files: ServiceFiles) -> str:
    """Return the step's changes as a unified diff, and its programs."""
    lines: list[str] = [f"It runs: uv run {' '.join(program)}" for program in files.programs]
    for path, new in files.changed.items():
        old = ServiceFiles(files.folder, "").bytes_of(path) or b""
        before, after = (each.decode("utf-8", "replace").splitlines() for each in (old, new or b""))
        lines += difflib.unified_diff(before, after, f"a/{path}" if old else "/dev/null", f"b/{path}", lineterm="")
    return "\n".join(lines)


def _write(folder: Path, step: Step, files: ServiceFiles, options: Options) -> list[Left]:
    """Write and commit a step. If it cannot be done whole, its files are as before."""
    with written(files):
        if _is_locked(folder, files):
            lock(folder)
        for program in files.programs if not options.preview else ():
            done = uv(folder / files.project, "run", "--quiet", *program, **NO_BYTECODE)
            if done.returncode and not find_changes(folder):
                return [Left(" ".join(program), f"It failed:\n{reason(done)}", (f"uv run {' '.join(program)}",))]
    changed = [line[3:].strip('"') for line in find_changes(folder)] if files.programs else []
    paths = {*files.changed, *changed, *([files.beside_tests("uv.lock")] if _is_locked(folder, files) else [])}
    if paths:
        commit(folder, f"{step.title}\n\n{step.why}", *sorted(paths), quiet=options.preview)
    return []


def _selftest() -> bool:
    """Run the self-tests with the new dependencies."""
    say("Running the self-tests ...")
    command = ["-m", "oneloop.commands", "selftest"]
    if (HARNESS.parents[1] / "uv.lock").is_file():
        done = uv(HARNESS.parents[1], "run", "--quiet", "python", *command, **NO_BYTECODE)
    else:
        folders = os.pathsep.join(filter(None, [str(HARNESS), os.environ.get("PYTHONPATH")]))
        done = run(HARNESS.parents[1], sys.executable, *command, PYTHONPATH=folders, **NO_BYTECODE)
    say(done.stdout.strip().rpartition("\n")[2] if not done.returncode else f"They failed:\n{done.stdout}{done.stderr}")
    return not done.returncode


def _say_what_is_next(folder: Path, start: str, left: list[Left]) -> None:
    if left:
        say("\nLeft to you:")
        for each in left:
            say(f"  {each.path}: {each.reason}" + "".join(f"\n      {line}" for line in each.lines))
        say(f"To be asked again:\n    {go_on(folder)}")
    say("\nRun the tests:\n    uv run pytest")
    if git(folder, "rev-parse", "--short", "HEAD").stdout.strip() != start:
        say(f"To go back:\n    git revert --no-edit {start}..HEAD")
