"""The environment, the Pythons and the processes of the tests: nothing of the developer's own shell leaks in."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

# What says how this machine reaches the package index stays; every other UV_ setting goes.
REACHES_THE_INDEX = (
    "UV_CACHE_DIR", "UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "UV_OFFLINE", "UV_HTTP",
    "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_PYTHON_INSTALL", "UV_PYTHON_DOWNLOADS",
)  # fmt: skip
LEAKS = (
    "UV", "PYTEST_", "PYTHON", "COPIER_", "DATABASE_URL", "TEST_DATABASE_URL", "SECRET_KEY", "SENTRY_DSN", "GIT_",
    "VIRTUAL_ENV", "POSTGRES_", "PGDATABASE", "PGHOST", "PGUSER", "PGPASSWORD", "POE_",
    "CI", "GITHUB_",  # pytest says more where it sees a CI
)  # fmt: skip


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@cache
def uv() -> str:
    """Return the uv that started these tests, else the one on PATH."""
    found = os.environ.get("UV") or shutil.which("uv")
    assert found, "uv is missing: run the tests with `python3 oneloop.py test`"
    return found


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a user who has nothing set."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(REACHES_THE_INDEX) or not name.startswith(LEAKS)
    }
    ours = {str(Path(sys.prefix, "bin")), str(Path(sys.prefix, "Scripts"))}
    folders = [f for f in os.environ["PATH"].split(os.pathsep) if f not in ours]
    return {**kept, "PATH": os.pathsep.join([*folders, str(Path(uv()).parent)]), **(extra or {})}


def run(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 600
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a clean environment and return all it said, in one stream.

    One that does not end in time is aborted: pytest prints the stacks of its threads then.
    """
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        ended = process.poll()  # not None if only a child of it holds the stream
        process.send_signal(signal.SIGABRT)
        try:
            output, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired as late:
            process.kill()
            output = (late.output or b"").decode(errors="replace")
        message = f"{' '.join(map(str, command))} did not end within {timeout:g} s (exit status {ended}):\n{output}"
        raise TimeoutError(message) from None
    except BaseException:
        process.kill()
        raise
    return subprocess.CompletedProcess(command, process.returncode, output)


def succeed(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a command that has to succeed, and return what it said."""
    done = run(*command, cwd=cwd, env=env)
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def git(folder: Path, *arguments: str) -> str:
    """Run git in a throw-away repository: nobody's settings, no work in the background."""
    settings = ["maintenance.auto=false", "gc.auto=0", "user.name=Test", "user.email=test@example.com"]
    flags = [word for setting in settings for word in ("-c", setting)]
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return succeed("git", *flags, *arguments, cwd=folder, env=nobody).strip()


def commit_all(folder: Path, message: str, *, tag: str | None = None) -> str:
    """Commit everything in `folder`, make it a repository if it is none, and return the commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", message)
    if tag:
        git(folder, "tag", tag)
    return git(folder, "rev-parse", "HEAD")


@cache
def interpreter(version: str) -> str:
    """Return what `uv --python` takes: a path where this machine has that Python, else its version.

    In order: what uv sees; what pyenv has (uv does not see past pyenv's shims); what uv will download.
    """
    found = run(uv(), "python", "find", "--system", "--no-project", "--no-python-downloads", version, cwd=ROOT)
    if found.returncode == 0:
        return found.stdout.splitlines()[-1].strip()
    if shutil.which("pyenv"):
        prefix = run("pyenv", "prefix", version, cwd=ROOT)
        python = Path(prefix.stdout.strip(), "bin", "python")
        if prefix.returncode == 0 and python.exists():
            return str(python)
    return version
