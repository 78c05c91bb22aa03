"""Two commands that need nothing but Python and git.

    python3 oneloop.py new ../my-service     write a service beside this clone and run its tests
    python3 oneloop.py test [pytest args]    run this repository's own tests

`new` takes answers too: --data package_name=orders --data ci=gitlab
"""

# A Python that is too old must be able to read this file and say so: no newer syntax, no newer module.

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Dict, Iterator, List, NoReturn

ROOT = Path(__file__).resolve().parent
OWN_UV = ROOT / ".uv" / ("uv.exe" if os.name == "nt" else "uv")
USAGE = "Use `oneloop.py new ../my-service [--defaults] [--data NAME=ANSWER]` or `oneloop.py test`."

# Runs under uv, with Copier at hand. A refused answer is one sentence, and nothing is written.
RENDER = """
import pathlib, sys, traceback, copier, copier.errors, jinja2, yaml
source, commit, destination, ask, *answers = sys.argv[1:]
try:
    data = dict(answer.split("=", 1) for answer in answers)
    asked = yaml.safe_load(pathlib.Path(source, "copier.yml").read_text("utf-8"))
    kind = {"kind": data.get("kind", asked["kind"]["default"])}
    shown = lambda of: jinja2.Template(str(of.get("when", True))).render(kind) == "True"
    known = [name for name, of in asked.items() if name[0] != "_" and shown(of)]
    for name in data.keys() - set(known):
        raise ValueError(f"There is no question {name!r}; the questions are: {', '.join(known)}.")
    copier.run_copy(source, destination, data=data, vcs_ref=commit, defaults=ask == "no", quiet=True)
except (ValueError, OSError, copier.errors.CopierError, KeyboardInterrupt) as error:
    said = " ".join(str(error).split()) or "Stopped."
    print("oneloop: " + said + "\\noneloop: Nothing was written.", file=sys.stderr)
    sys.exit(3)
except Exception:
    traceback.print_exc()
    sys.exit(3)
"""
NOT_BEGUN = (1, 2)  # what uv itself ends with; RENDER never does

# A new environment holds no bytecode, and its first run compiles for seconds what it imports: this does the largest of
# it on another core. Python writes such a file in one step, so it does not matter who comes first.
COMPILE = """
import compileall, os, sysconfig
for name in ("sqlalchemy", "pydantic", "fastapi", "asyncpg", "starlette", "alembic", "httpx2"):
    compileall.compile_dir(os.path.join(sysconfig.get_path("purelib"), name), quiet=2)
"""


# Each worker of the first run imports all there is before its first test: more of them are not worth it.
MOST_WORKERS = 4


class Refused(Exception):
    """One sentence for the user: what happened, and the one thing to do next."""


def say(sentence: str) -> None:
    print("oneloop: " + sentence, file=sys.stderr, flush=True)


def at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def start(command: List[str], folder: Path, *, seen: bool = True) -> "subprocess.Popen[bytes]":
    """Start a command, where the user sees it. Our uv and this Python go last on PATH: better than a download."""
    env: Dict[str, str] = dict(os.environ)
    for name in ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
        env.pop(name, None)
    env["PATH"] = os.pathsep.join([env.get("PATH", os.defpath), str(OWN_UV.parent), str(Path(sys.executable).parent)])
    stdin = None if seen and at_a_terminal() else subprocess.DEVNULL
    said = None if seen else subprocess.DEVNULL
    return subprocess.Popen(command, cwd=str(folder), env=env, stdin=stdin, stdout=said, stderr=said)


def run(command: List[str], folder: Path) -> int:
    """Run a command where the user sees it, and return its exit status."""
    with start(command, folder) as process:
        try:
            return process.wait()
        except BaseException:
            process.kill()
            raise


def render(command: List[str], destination: Path, uv: str) -> int:
    """Run Copier; once pyproject.toml is there, install what it names meanwhile, which takes as long."""
    fresh, installing = not destination.exists(), None
    rendering = start(command, ROOT)
    try:
        while rendering.poll() is None:
            if installing is None and (destination / "pyproject.toml").exists():
                # Nobody is told of a failure: `uv run` tries again, and says what it is.
                installing = start([uv, "sync", "--quiet", "--no-install-project"], destination, seen=False)
            time.sleep(0.02)
        if installing is not None and rendering.returncode == 0:
            installing.wait()
    finally:
        rendering.wait()
        if installing is not None and installing.poll() is None:
            installing.kill()
            installing.wait()
        if installing is not None and rendering.returncode:
            take_back(destination, fresh)
    return rendering.returncode


@contextmanager
def compiled_meanwhile(destination: Path) -> Iterator[None]:
    """Compile the largest packages while the block runs; nobody is told of a failure, for the run compiles too."""
    python = destination / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    compiling = start([str(python), "-c", COMPILE], destination, seen=False) if python.exists() else None
    try:
        yield
    finally:
        if compiling is not None:
            compiling.kill()
            compiling.wait()


def first_run() -> List[str]:
    """Return how the new tests are run: by a worker for each core, unless the user has settings of pytest's set."""
    # Not `-n auto`: that counts the cores there are, and neither those that are ours nor hyper-threads.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    plain = cores == 1 or any(name.startswith("PYTEST_") for name in os.environ)
    return ["run", "pytest"] if plain else ["run", "pytest", "-n", str(min(cores, MOST_WORKERS))]


def is_free(destination: Path) -> bool:
    """Tell whether a service can be written there: an empty folder, or nothing yet."""
    return not destination.exists() or (destination.is_dir() and not any(destination.iterdir()))


def take_back(destination: Path, fresh: bool) -> None:
    """Remove what was installed for a service that was not written after all."""
    shutil.rmtree(str(destination / ".venv"), ignore_errors=True)
    with suppress(OSError):  # it is not there
        (destination / "uv.lock").unlink()
    with suppress(OSError):  # Copier has removed it, or left something in it
        if fresh:
            destination.rmdir()


def quietly(command: List[str]) -> str:
    """Return what a command printed. The reason of a failure is its last line."""
    pipe = subprocess.PIPE
    done = subprocess.run(command, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise Refused(lines[-1] if lines else "`%s` failed" % " ".join(command))
    return done.stdout.decode().strip()


def find_uv() -> str:
    """Return uv: the one on PATH, else one of our own in .uv/."""
    found = shutil.which("uv")
    if not found and not OWN_UV.exists():
        say("uv is not on PATH; putting one into .uv/ (once).")
        with tempfile.TemporaryDirectory() as scratch:
            install_uv(Path(scratch))
    return found or str(OWN_UV)


def install_uv(scratch: Path) -> None:
    """Install uv and leave the system's packages alone: with a venv, else with `pip --target`."""
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    folder = scratch / ("Scripts" if os.name == "nt" else "bin")
    try:
        quietly([sys.executable, "-m", "venv", str(scratch)])
        command = [str(folder / "python"), *pip, "uv"]
    except Refused:  # Debian's Python comes without ensurepip
        folder = scratch / "target" / "bin"
        command = [sys.executable, *pip, "--target", str(folder.parent), "uv"]
    try:
        quietly(command)
    except Refused as error:
        reason = "uv is missing and pip could not install it (%s)." % error
        raise Refused(reason + " Install uv by hand, then try again.") from None
    # Into place in one step: a run that is stopped half way leaves nothing that looks whole.
    OWN_UV.parent.mkdir(exist_ok=True)
    partial = OWN_UV.with_name("partial-%d" % os.getpid())
    shutil.copy2(str(folder / OWN_UV.name), str(partial))
    os.replace(str(partial), str(OWN_UV))


def head() -> str:
    """Return the commit to write a service from. Never a draft: an update has to find it again."""
    if not shutil.which("git"):
        raise Refused("git is missing. Install git, then try again.")
    try:
        commit = quietly(["git", "-C", str(ROOT), "rev-parse", "--verify", "HEAD"])
        draft = quietly(["git", "-C", str(ROOT), "status", "--porcelain"])
    except Refused as error:
        raise Refused("%s is not a git clone (%s). Fetch it with `git clone`." % (ROOT, error)) from None
    if draft:
        say("This clone has uncommitted changes; the service is written from commit %s." % commit[:9])
    return commit


class Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused("%s. %s" % (message.capitalize(), USAGE))


def new(arguments: List[str]) -> int:
    """Write a service, then run its tests."""
    parser = Arguments(prog="oneloop.py new", description="Write a service and run its tests.")
    parser.add_argument("destination", help="a folder that does not exist yet")
    parser.add_argument("--data", action="append", default=[], metavar="NAME=ANSWER", help="an answer")
    parser.add_argument("--defaults", action="store_true", help="ask nothing")
    given = parser.parse_args(arguments)
    for answer in given.data:
        if "=" not in answer:
            parser.error("`--data %s` has no answer" % answer)
    destination = Path(os.path.abspath(given.destination))
    if not is_free(destination):
        raise Refused("%s is not an empty folder. Name one that does not exist yet." % destination)
    if ROOT == destination or ROOT in destination.parents:
        raise Refused("%s is inside this clone. Name a folder beside it: ../my-service" % destination)
    commit, uv = head(), find_uv()
    ask = "yes" if at_a_terminal() and not given.defaults else "no"
    copier = ["--no-project", "--with", "copier>=9.15.0", "python", "-c", RENDER]
    copier += [str(ROOT), commit, str(destination), ask, *given.data]
    # To ask an index whether there is a newer Copier takes half a second, and any that is in the cache will do.
    status = render([uv, "run", "--offline", "-qq", *copier], destination, uv)
    if status in NOT_BEGUN and is_free(destination):
        status = render([uv, "run", "--quiet", *copier], destination, uv)
    if status:
        return 1
    with compiled_meanwhile(destination):
        status = run([uv, *first_run()], destination)
    if status:
        say("%s is written, but its tests did not pass: the reason stands above." % destination)
    else:
        say("%s is written, and its tests passed. Its README.md says how to go on." % destination)
    if uv == str(OWN_UV):
        say("uv, which its verbs need, is not on PATH: install it, or put %s there." % OWN_UV.parent)
    return status


def main(arguments: List[str]) -> int:
    """Obey the verb, or say in one sentence why not."""
    verb, rest = (arguments or [""])[0], arguments[1:]
    try:
        if sys.version_info < (3, 11):
            raise Refused("Python %d.%d is too old. Use Python 3.11 or newer." % sys.version_info[:2])
        if verb == "new":
            return new(rest)
        if verb == "test":
            return run([find_uv(), "run", "--quiet", "pytest", *rest], ROOT)
        if verb in ("-h", "--help"):
            print(__doc__)
            return 0
        raise Refused(USAGE)
    except Refused as error:
        say(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
