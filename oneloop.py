"""Two commands that need nothing but Python and git.

    python3 oneloop.py new ../my-service     write a service beside this clone and run its tests
    python3 oneloop.py test [pytest args]    run this repository's own tests

`new` takes Copier's answers too: --data package_name=orders --data ci=gitlab
"""

# An old Python must be able to read this file, to say that it is too old: no newer syntax here.

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, NoReturn

ROOT = Path(__file__).resolve().parent
OWN_UV = ROOT / ".uv" / ("uv.exe" if os.name == "nt" else "uv")
OLDEST = (3, 11)

# Runs under uv, with Copier at hand. A refused answer is one sentence, and nothing is written.
RENDER = """
import sys, copier
from copier.errors import CopierError
source, commit, destination, defaults, *answers = sys.argv[1:]
try:
    data = dict(answer.split("=", 1) for answer in answers)
    copier.run_copy(source, destination, data=data, vcs_ref=commit, defaults=defaults == "yes", quiet=True)
except (ValueError, CopierError, KeyboardInterrupt) as error:
    sys.exit("oneloop: " + (" ".join(str(error).split()) or "stopped") + "\\noneloop: Nothing was written.")
"""


class Refused(Exception):
    """One sentence for the user: what happened, and the one thing to do next."""


def environment() -> Dict[str, str]:
    """Return the environment for children, where this Python is the last resort."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")}
    env["PATH"] = os.pathsep.join([env.get("PATH", os.defpath), os.path.dirname(sys.executable)])
    return env


def run(command: List[str], folder: Path) -> int:
    """Run a command where the user sees it. A closed stdin becomes an empty one."""
    stdin = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
    return subprocess.call(command, cwd=str(folder), env=environment(), stdin=stdin)


def quietly(command: List[str]) -> str:
    """Run a command and return what it printed; the last line of a failure is the reason."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise Refused(lines[-1] if lines else "`%s` failed." % " ".join(command))
    return done.stdout.decode().strip()


def find_uv() -> str:
    """Return uv: the one on PATH, else one of our own in .uv/, installed with pip on first use."""
    found = shutil.which("uv")
    if found:
        return found
    if not OWN_UV.exists():
        print("oneloop: uv is not on PATH; putting one into .uv/ (once).", flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            install_uv(Path(scratch))
    return str(OWN_UV)


def install_uv(scratch: Path) -> None:
    """Install uv without touching the system's packages: in a venv, else by `pip --target`."""
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        quietly([sys.executable, "-m", "venv", str(scratch / "venv")])
        folder = scratch / "venv" / ("Scripts" if os.name == "nt" else "bin")
        command = [str(folder / "python")] + pip + ["uv"]
    except Refused:  # Debian ships Python without ensurepip
        folder = scratch / "target" / "bin"
        command = [sys.executable] + pip + ["--target", str(scratch / "target"), "uv"]
    try:
        quietly(command)
    except Refused as error:
        raise Refused("pip could not install uv (%s). Install uv by hand, then try again." % error) from None
    # Into place in one step: a run that is stopped half way leaves nothing that looks whole.
    OWN_UV.parent.mkdir(exist_ok=True)
    partial = OWN_UV.with_name("uv.partial-%d" % os.getpid())
    shutil.copy2(str(folder / OWN_UV.name), str(partial))
    os.replace(str(partial), str(OWN_UV))


def head() -> str:
    """Return the commit to write a service from: an update must find it again, so never a draft."""
    if not shutil.which("git"):
        raise Refused("git is missing. Install git, then try again.")
    git = ["git", "-C", str(ROOT)]
    try:
        commit = quietly(git + ["rev-parse", "--verify", "HEAD"])
    except Refused as error:
        raise Refused("%s is not a usable git clone (%s). Get it with `git clone`." % (ROOT, error)) from None
    if quietly(git + ["status", "--porcelain"]):
        print("oneloop: This clone has uncommitted changes; the service is written from commit %s." % commit[:9])
    return commit


def new(arguments: List[str]) -> int:
    """Write a service, then run its tests."""
    if not arguments or arguments[0].startswith("-"):
        raise Refused("Say where the service goes: python3 oneloop.py new ../my-service")
    destination, defaults, answers = Path(os.path.abspath(arguments[0])), False, []
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in ("--data", "-d"):
            answers.append(next(rest, ""))
        elif argument.startswith("--data="):
            answers.append(argument[len("--data=") :])
        elif argument in ("--defaults", "-l"):
            defaults = True
        else:
            raise Refused("Unknown option %s. Answers look like: --data project_name='Order Desk'" % argument)
    for answer in answers:
        if "=" not in answer:
            raise Refused("An answer needs a name and a value, for example: --data ci=gitlab")
    if destination.exists() and not (destination.is_dir() and not any(destination.iterdir())):
        raise Refused("%s is not an empty folder. Name one that does not exist yet." % destination)
    if ROOT == destination or ROOT in destination.parents:
        raise Refused("%s is inside this clone. Name a folder beside it: ../my-service" % destination)
    commit, uv = head(), find_uv()
    ask = sys.stdin is not None and sys.stdin.isatty() and not defaults
    command = [uv, "run", "--quiet", "--no-project", "--with", "copier>=9.19", "python", "-c", RENDER]
    if run(command + [str(ROOT), commit, str(destination), "no" if ask else "yes"] + answers, ROOT):
        return 1
    status = run([uv, "run", "pytest"], destination)
    if status:
        print("oneloop: %s is written, but its tests did not pass; the reason stands above." % destination, file=sys.stderr)
    return status


def test(arguments: List[str]) -> int:
    """Run this repository's tests."""
    return run([find_uv(), "run", "--quiet", "pytest"] + arguments, ROOT)


def main() -> NoReturn:
    """Obey the verb, or say in one sentence why not."""
    try:
        if sys.version_info < OLDEST:
            raise Refused("Python %d.%d is too old; run this with Python 3.11 or newer." % sys.version_info[:2])
        verbs = {"new": new, "test": test}
        if len(sys.argv) < 2 or sys.argv[1] not in verbs:
            raise Refused("Use one of: `oneloop.py new ../my-service` or `oneloop.py test`.")
        sys.exit(verbs[sys.argv[1]](sys.argv[2:]))
    except Refused as error:
        sys.exit("oneloop: %s" % error)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
