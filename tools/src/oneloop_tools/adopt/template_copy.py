"""The template: where it is, and Copier, which writes the plugin from it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from oneloop_tools.git_environment import git, git_environment
from oneloop_tools.project import ANSWERS_FILE, OWN_ANSWERS_FILE

from .finding import AdoptionError

COPIER = "copier>=9.15.0"
CLONE = Path(__file__).resolve().parents[4]


@dataclass(frozen=True)
class Template:
    address: str
    commit: str


def find_template(named: str | None) -> Template:
    """Return the template that was named, the clone that this tool is in, or the address that it was installed from."""
    if named is not None:
        return Template(named, "")
    try:
        direct = json.loads(distribution("oneloop-tools").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        direct = {}
    # `uvx --from PATH/tools` copies this package out of its clone, and notes the path.
    beside = Path(url2pathname(urlsplit(direct.get("url", "")).path)).parent
    for clone in (CLONE, beside):
        if (clone / "copier.yml").is_file() and (clone / "template").is_dir():
            return Template(str(clone), _head(clone))
    if "vcs_info" in direct:
        return Template(f"git+{direct['url']}", direct["vcs_info"]["commit_id"])
    raise AdoptionError("The template was not found. Name the address of Oneloop's repository with --template ADDRESS.")


def _head(clone: Path) -> str:
    done = git(clone, "rev-parse", "HEAD")
    if done.returncode:
        raise AdoptionError(f"{clone} is not a git clone, so no update could use it. Get Oneloop by `git clone`.")
    return done.stdout.strip()


def copy(template: Template, folder: Path, answers: dict[str, str]) -> None:
    """Write the plugin into a folder by Copier."""
    command = [*_copier(), "copy", "--quiet", "--defaults"]
    command += [f"--vcs-ref={template.commit}"] if template.commit else []
    command += ["--answers-file", OWN_ANSWERS_FILE] if (folder / ANSWERS_FILE).exists() else []
    command += [f"--data={name}={answer}" for name, answer in answers.items()]
    done = subprocess.run(
        [*command, template.address, str(folder)],
        env=git_environment(),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise AdoptionError(f"Copier could not write the plugin into {folder}:\n{(done.stderr or done.stdout).strip()}")


def _copier() -> list[str]:
    if find_spec("copier"):
        return [sys.executable, "-m", "copier"]
    if uv := os.environ.get("UV") or shutil.which("uv"):
        return [uv, "tool", "run", "--quiet", "--from", COPIER, "copier"]
    raise AdoptionError("Copier writes the plugin, and neither Copier nor uv is installed. Install uv, then try again.")
