"""This repository holds itself to what it asks of others."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.environment import ROOT, run, succeed

TOOLS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
}


def tool(*command: str, cwd: Path = ROOT) -> str:
    done = run("uv", "run", "--quiet", "--project", ROOT, *command, cwd=cwd)
    return "" if done.returncode == 0 else done.stdout


@pytest.mark.parametrize("name", TOOLS)
def test_it_is_linted_formatted_and_typed(name: str) -> None:
    assert tool(*TOOLS[name]) == ""


def test_the_plugin_is_typed() -> None:
    """By mypy alone, and without the packages that only a service has; at night by three checkers in a service."""
    options = ["--strict", "--disable-error-code=import-not-found", f"--cache-dir={ROOT / '.mypy_cache'}"]

    assert tool("mypy", *options, "-p", "oneloop", cwd=ROOT / "template/{{tests_dir}}/harness") == ""


@pytest.mark.parametrize(
    ("name", "planted", "complaint"),
    [
        ("ruff", "import os\n", "F401"),
        ("format", "NUMBERS = [1,2]\n", "would be reformatted"),
        ("types", 'NUMBER: int = "one"\n', "Incompatible types"),
    ],
)
def test_a_planted_bug_is_found(oneloop: Path, tmp_path: Path, name: str, planted: str, complaint: str) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/planted.py").write_text(planted)
    (tmp_path / "pyproject.toml").write_bytes((oneloop / "pyproject.toml").read_bytes())
    (tmp_path / "oneloop.py").touch()
    (tmp_path / "tools/src").mkdir(parents=True)
    (tmp_path / "tools/src/empty.py").touch()

    assert complaint in tool(*TOOLS[name], cwd=tmp_path)


def test_every_exemption_has_its_reason() -> None:
    """A `noqa`, an `ignore` or a `skip` says why on its own line."""
    bare = re.compile(r"#\s*(noqa(: ?[A-Z0-9, ]+)?|type: ignore(\[[a-z, -]+\])?)\s*$|mark\.(skip|xfail)\b(?!.*reason)")
    others = ("tests/tools/convert/corpus/", "samples/", Path(__file__).name)  # suites as they are found
    own = [
        path
        for path in (*ROOT.glob("tests/**/*.py"), *ROOT.glob("tools/src/**/*.py"))
        if not any(each in path.as_posix() for each in others)
    ]

    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in own
        for line in path.read_text("utf-8").splitlines()
        if bare.search(line)
    ]

    assert found == []


def test_no_lock_file_is_committed() -> None:
    """It would record the registry that it came from, and hold back the newest versions."""
    tracked = succeed("git", "ls-files", cwd=ROOT).splitlines()

    assert not [path for path in tracked if Path(path).name in {"uv.lock", "poetry.lock", "package-lock.json"}]


def test_the_bootstrap_and_the_tests_want_the_same_copier() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    oldest = next(line for line in wanted if line.startswith("copier"))

    assert f'"{oldest}"' in (ROOT / "oneloop.py").read_text("utf-8")
    assert f'_min_copier_version: "{oldest.removeprefix("copier>=")}' in (ROOT / "copier.yml").read_text("utf-8")


def test_ci_runs_the_one_command_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")

    assert script.rstrip().endswith("exec python3 oneloop.py test")
    assert os.access(ROOT / ".ci/run", os.X_OK)
