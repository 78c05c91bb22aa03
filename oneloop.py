"""The commands of this repository. They need Python 3.11 or newer, and git.

python3 oneloop.py new ../my-service            write a service and run its tests; `new --help` lists the options
python3 oneloop.py adopt ../repo [options]      bring the plugin into an existing project and run its tests
python3 oneloop.py audit ../repo [options]      report what is wrong in an existing suite
python3 oneloop.py convert ../repo PATHS        convert tests to the async client
python3 oneloop.py plant ../my-service          plant bugs, and name those that its tests do not catch
python3 oneloop.py test [--all] [pytest args]   run this repository's tests; --all adds the nightly ones
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("oneloop: Python %s is too old. Use Python 3.11 or newer." % sys.version.split()[0])  # parsed by 3.6 too

ROOT = Path(__file__).resolve().parent
OWN_UV = ROOT / ".uv" / ("uv.exe" if os.name == "nt" else "uv")


def say(message: str) -> None:
    print(f"oneloop: {message}", file=sys.stderr, flush=True)


def output(*command: str) -> str:
    if not shutil.which(command[0]):
        sys.exit(f"oneloop: {command[0]} is missing. Install it, then try again.")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        sys.exit(f"oneloop: `{' '.join(command)}` failed in {ROOT}:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


def find_uv() -> str:
    """Return the uv on PATH, where .uv/ comes last. If there is none, install one into .uv/."""
    if not shutil.which("uv"):
        say(f"uv is not on PATH. Installing it into {OWN_UV.parent}, once. If that fails, install uv yourself.")
        OWN_UV.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=OWN_UV.parent) as scratch:
            python = sys.executable if find_spec("pip") else f"{scratch}/venv/bin/python"
            if not find_spec("pip"):
                output(sys.executable, "-m", "venv", f"{scratch}/venv")
            output(python, "-m", "pip", "install", "--quiet", "--target", f"{scratch}/uv", "uv")
            Path(scratch, "uv", "bin", OWN_UV.name).replace(OWN_UV)
    return shutil.which("uv") or str(OWN_UV)


def run_with(*arguments: str) -> list[str]:  # on this Python, whatever uv's settings in the current folder
    return [find_uv(), "run", "--quiet", "--no-project", "--project", str(ROOT), "--python", sys.executable, *arguments]


def last_commit() -> str:
    if not (ROOT / ".git").exists():
        sys.exit(f"oneloop: {ROOT} is not a git clone, so no update could use it. Get Oneloop by `git clone`.")
    commit = output("git", "rev-parse", "--verify", "HEAD")
    if output("git", "status", "--porcelain"):
        say(f"{ROOT} has uncommitted changes. The service is written from its last commit, {commit[:9]}.")
    return commit


def check_answers(answers: list[str], commit: str) -> None:  # Copier ignores an answer without a question
    keys = re.split(r"(?m)^(?=\w+:$)", output("git", "show", f"{commit}:copier.yml"))[1:]
    asked = [key for key in keys if "\n  when:" not in key or re.search("\n  when: .*'service'", key)]
    names = [key.split(":")[0] for key in asked if not key.startswith(("_", "kind:"))]
    for answer in (each for each in answers if "=" not in each or each.split("=")[0] not in names):
        sys.exit(f"oneloop: `--data {answer}` answers no question. Use NAME=ANSWER; names: {', '.join(names)}.")


def write_service(copier: list[str], folder: Path) -> None:
    """Run Copier. Meanwhile install the dependencies: that waits for the network, Copier for a processor."""
    is_new, sync = not folder.exists(), None
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        copying = subprocess.Popen(copier, stderr=errors)
        while copying.poll() is None:
            # This fails until Copier has written enough. An error that stays is reported by the next `uv run`.
            if (folder / "pyproject.toml").exists() and (sync is None or sync.poll()):
                sync = subprocess.Popen([find_uv(), "sync", "-qq", "--no-install-local"], cwd=folder)
            time.sleep(0.05)
        if sync:
            sync.wait()
        if copying.returncode:
            if is_new:
                shutil.rmtree(folder, ignore_errors=True)
            errors.seek(0)
            reason = re.sub(r"(?s)Traceback \(most recent.*\nValueError: ", "", errors.read())  # a refused answer
            sys.exit(f"oneloop: Copier could not write {folder}:\n{reason.strip()}")


def new(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="oneloop.py new", description="Write a service and run its tests.")
    parser.add_argument("folder", help="where the service is written: a folder that does not exist yet")
    parser.add_argument("--defaults", action="store_true", help="ask nothing")
    parser.add_argument("--data", action="append", default=[], metavar="NAME=ANSWER", help="answer a question")
    given = parser.parse_args(arguments)
    folder = Path(given.folder).resolve()
    if ROOT in (folder, *folder.parents):
        sys.exit(f"oneloop: {folder} is inside this clone. Name a folder beside it, for example ../my-service.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        sys.exit(f"oneloop: {folder} is not an empty folder. Name one that does not exist yet.")
    parent = next(each for each in (folder, *folder.parents) if each.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        parser.exit(2, f"oneloop: {folder} cannot be written: {parent} is no folder, or is read-only.\n")
    commit = last_commit()
    check_answers(given.data, commit)
    copier = ["--offline", "--with", "copier>=9.15.0"]  # from uv's cache; the index is asked only if it has none
    if subprocess.call(run_with("-q", *copier, "python", "-V"), stdout=subprocess.DEVNULL):
        copier.remove("--offline")
    copier += ["copier", "copy", "--quiet", "--no-cleanup", f"--vcs-ref={commit}", "--data=kind=service"]
    copier += [f"--data={answer}" for answer in given.data] + ["--defaults"] * (given.defaults or not os.isatty(0))
    write_service(run_with(*copier, str(ROOT), str(folder)), folder)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = ["-n", str(min(cores, 4))] if cores > 1 and "PYTEST_ADDOPTS" not in os.environ else []
    status = subprocess.call([find_uv(), "run", "pytest", *workers], cwd=folder)
    result = "but it is not green: see above" if status else "and its tests passed. Its README.md says what is next"
    say(f"{folder} is written, {result}.")
    if not shutil.which("uv", path=os.environ["PATH"].rsplit(os.pathsep, 2)[0]):  # without the two that `main` adds
        say(f"The service needs uv on PATH. Install it, or add this folder:\n    {Path(find_uv()).parent}")
    return status


def main(command: str = "", *arguments: str) -> int:
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C ends the command that runs, which ends this one
    os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], str(OWN_UV.parent), str(Path(sys.executable).parent)])
    gits = subprocess.getoutput("git rev-parse --local-env-vars").split()  # noqa: S605  all words are ours
    for name in {*gits, "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"} - {"GIT_CONFIG_COUNT"}:
        os.environ.pop(name, None)
    if command == "new":
        return new(list(arguments))
    if command in ("adopt", "audit", "convert", "plant"):
        os.environ["ONELOOP_PROGRAM"] = f"python3 {sys.argv[0]}"  # for their advice
        return subprocess.call(run_with("--with-editable", str(ROOT / "tools"), "oneloop-tools", command, *arguments))
    if command == "test":
        pytest = [part for each in arguments for part in (["-m", ""] if each == "--all" else [each])]
        return subprocess.call([find_uv(), "run", "--quiet", "pytest", *pytest], cwd=ROOT)
    unknown = "" if command in ("", "-h", "--help") else f"oneloop: unknown command {command!r}\n\n"
    print(f"{unknown}{__doc__}", file=sys.stderr if unknown else sys.stdout)
    return 0 if command in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
