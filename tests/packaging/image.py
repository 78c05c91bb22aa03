"""Carries out a Dockerfile's steps without Docker: in a folder, with a Python that stands for the base image.

Each stage gets the same root folder, one after the other, and a finished stage is moved aside. So a path that a later
stage did not copy is really gone, and a virtual environment is found where it was made, as in an image.
"""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tests.packaging.dockerfile import Instruction, UnknownInstructionError, build_context, parse
from tests.support.environment import clean_environment

RUN_FOR_REAL = {"pip", "uv"}
CHANGES_THE_SYSTEM = {"useradd"}  # only noted: it needs root, and would change this machine


@dataclass
class Image:
    """A stage: what is in it, and what it says about running it."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0"
    cmd: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    users_made: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Where a path of the image lies on this machine."""
        return self.root / PurePosixPath(self.workdir, inside).relative_to("/")

    def environment(self) -> dict[str, str]:
        folders = [
            str(self.path(entry)) if entry.startswith("/app") else entry for entry in self.env["PATH"].split(":")
        ]
        return {**self.env, "PATH": ":".join(folders)}

    def run(self, words: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in the image, as the image's user."""
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, **self.process(env))

    def start(self, words: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(words, stdout=output, stderr=output, **self.process(env))

    def process(self, env: dict[str, str] | None = None) -> dict[str, Any]:
        """Working folder, environment and user, as keyword arguments for subprocess."""
        options: dict[str, Any] = {"cwd": self.path("."), "env": {**self.environment(), **(env or {})}}
        if os.geteuid() == 0:
            uid = int(self.user) if self.user.isdigit() else pwd.getpwnam(self.user).pw_uid
            options.update(user=uid, group=uid, extra_groups=[])
        return options


class Builder:
    """Builds the last stage of a project's Dockerfile under `scratch`, which others must be able to enter."""

    def __init__(self, project: Path, scratch: Path, base_bin: Path, uv_cache: Path) -> None:
        self._project = project
        self._scratch = scratch
        self._base_env = {"PATH": f"{base_bin}:/usr/bin:/bin", "HOME": str(scratch)}
        self._uv_cache = uv_cache
        self._context = list(build_context(project))
        self._stages: dict[str, Image] = {}
        self._args: dict[str, str] = {}
        self._image = Image(scratch / "root")
        self._stage_name = ""

    def build(self) -> Image:
        for step in parse((self._project / "Dockerfile").read_text()):
            getattr(self, f"_{step.keyword.lower()}")(step)
        return self._image

    def _from(self, step: Instruction) -> None:
        self._set_aside()
        image, *alias = self._substituted(step.value).split()
        if not image.startswith("python:"):
            raise UnknownInstructionError(f"FROM {image}: only an official python image can be stood in for")
        self._stage_name = alias[1] if alias else ""
        self._image = Image(self._scratch / "root", env=dict(self._base_env))
        self._image.root.mkdir()

    def _set_aside(self) -> None:
        if self._image.root.exists():
            finished = self._scratch / f"stage-{self._stage_name}"
            self._image.root.rename(finished)
            self._image.root = finished
            self._stages[self._stage_name] = self._image

    def _arg(self, step: Instruction) -> None:
        name, _, default = step.value.partition("=")
        self._args[name] = default

    def _env(self, step: Instruction) -> None:
        for pair in shlex.split(self._substituted(step.value)):
            name, _, value = pair.partition("=")
            self._image.env[name] = value

    def _substituted(self, text: str) -> str:
        values = {**self._args, **self._image.env}
        return re.sub(r"\$\{?(\w+)\}?", lambda match: values[match[1]], text)

    def _workdir(self, step: Instruction) -> None:
        self._image.workdir = str(PurePosixPath(self._image.workdir, step.value))
        self._image.path(".").mkdir(parents=True, exist_ok=True)

    def _copy(self, step: Instruction) -> None:
        *sources, target = step.words()
        destination = self._image.path(target)
        for source in sources:
            into = destination / Path(source).name if target.endswith("/") else destination
            if stage := step.options.get("from"):
                shutil.copytree(self._stages[stage].path(source), destination, symlinks=True)
            else:
                self._copy_from_context(source, into)

    def _copy_from_context(self, source: str, into: Path) -> None:
        files = [name for name in self._context if name == source or name.startswith(f"{source}/")]
        if not files:
            raise FileNotFoundError(f"COPY {source}: not found in the build context, see .dockerignore")
        for name in files:
            target = into if name == source else into / name.removeprefix(f"{source}/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._project / name, target)

    def _run(self, step: Instruction) -> None:
        program = shlex.split(step.value)[0]
        if program in CHANGES_THE_SYSTEM:
            self._image.users_made.append(step.value)
        elif program in RUN_FOR_REAL:
            subprocess.run(
                ["/bin/sh", "-c", step.value],
                check=True,
                cwd=self._image.path("."),
                # Proxies, certificates and indexes are this machine's, as for `docker build`.
                env={**clean_environment(self._image.environment()), "UV_CACHE_DIR": str(self._uv_cache)},
            )
        else:
            raise UnknownInstructionError(f"RUN {step.value}: nobody here knows how to do that without Docker")

    def _user(self, step: Instruction) -> None:
        self._image.user = step.value

    def _expose(self, step: Instruction) -> None:
        assert step.value == "8000", "uvicorn listens on 8000 unless told otherwise"

    def _healthcheck(self, step: Instruction) -> None:
        command = step.value.removeprefix("CMD").strip()
        self._image.healthcheck = Instruction("CMD", {}, command).words()

    def _cmd(self, step: Instruction) -> None:
        self._image.cmd = step.words()


def unprivileged_python() -> Path:
    """Return a Python that the image's user may run: under root, one that lies in root's own home is none."""
    candidates = [sys.executable, *(shutil.which(name) for name in ("python3", "python3.11"))]
    candidates += ["/usr/local/bin/python3", "/usr/bin/python3"]
    probe = [
        "-c",
        "import sys; assert sys.version_info >= (3, 11); print(sys._base_executable)",
    ]
    options: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    for candidate in filter(None, candidates):
        try:
            result = subprocess.run([candidate, *probe], capture_output=True, text=True, cwd="/", check=True, **options)
        except (OSError, subprocess.CalledProcessError):
            continue
        return Path(result.stdout.strip())
    raise FileNotFoundError(
        "No Python 3.11 or newer that an unprivileged user can run: "
        "install one outside of root's home, in /usr/local, say."
    )
