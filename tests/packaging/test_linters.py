"""What is emitted for Docker and CI passes its linters; each linter is seen to fail on a planted bug."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Rendered
from tests.support.environment import ROOT


def lint(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a linter that stands beside this Python, from the file's folder, where it looks for its configuration."""
    return subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(arguments[-1]).parent,
    )


def schema(name: str, file: Path) -> subprocess.CompletedProcess[str]:
    return lint("check-jsonschema", "--builtin-schema", f"vendor.{name}", file)


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    return lint("zizmor", "--offline", "--pedantic", "--strict-collection", "--no-progress", folder)


def plant(file: Path, right: str, wrong: str) -> None:
    """Plant a bug; a text that is no longer there would make the test prove nothing."""
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong))


class TestDockerfile:
    def test_hadolint_is_content(self, rendered: Rendered) -> None:
        """The Dockerfile has no finding, not even of style."""
        result = lint("hadolint", "--failure-threshold", "style", rendered() / "Dockerfile")

        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize(
        ("right", "wrong", "finding"),
        [
            pytest.param("-slim AS build", "-slim AS build\nFROM x:latest", "DL3007", id="latest"),
            pytest.param("USER 10001", "USER root", "DL3002", id="root"),
            pytest.param("pip install --no-cache-dir", "pip install", "DL3042", id="pip cache"),
            pytest.param('CMD ["uvicorn",', "CMD uvicorn [", "DL3025", id="shell form"),
        ],
    )
    def test_a_planted_bug_is_found(self, copied: Callable[..., Path], right: str, wrong: str, finding: str) -> None:
        file = copied() / "Dockerfile"
        plant(file, right, wrong)

        result = lint("hadolint", file)

        assert result.returncode == 1
        assert finding in result.stdout


class TestComposeFile:
    def test_the_schema_is_met(self, rendered: Rendered) -> None:
        """compose.yaml follows the Compose specification."""
        result = schema("compose-spec", rendered() / "compose.yaml")

        assert result.returncode == 0, result.stdout

    def test_a_planted_bug_is_found(self, copied: Callable[..., Path]) -> None:
        file = copied() / "compose.yaml"
        plant(file, "healthcheck:", "helthcheck:")

        result = schema("compose-spec", file)

        assert result.returncode == 1
        assert "helthcheck" in result.stdout


class TestGitHubWorkflow:
    WORKFLOW = ".github/workflows/ci.yml"

    def test_the_schema_is_met(self, rendered: Rendered) -> None:
        """The emitted workflow is one that GitHub accepts."""
        result = schema("github-workflows", rendered() / self.WORKFLOW)

        assert result.returncode == 0, result.stdout

    def test_ours_meets_the_schema(self) -> None:
        """So is this repository's own."""
        result = schema("github-workflows", ROOT / self.WORKFLOW)

        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize("answers", [{}, {"python_min": "3.15"}], ids=["3.11", "3.15"])
    def test_zizmor_is_content(self, rendered: Rendered, answers: dict[str, str]) -> None:
        """Minimal permissions, no credentials left behind, nothing injected, actions pinned as zizmor.yml says."""
        result = zizmor(rendered(**answers) / ".github")

        assert result.returncode == 0, result.stdout

    def test_zizmor_is_content_with_ours(self) -> None:
        result = zizmor(ROOT / ".github")

        assert result.returncode == 0, result.stdout

    def test_an_unknown_key_is_found(self, copied: Callable[..., Path]) -> None:
        file = copied() / self.WORKFLOW
        plant(file, "timeout-minutes: 10", "timeout: 10")

        result = schema("github-workflows", file)

        assert result.returncode == 1
        assert "timeout" in result.stdout

    @pytest.mark.parametrize(
        ("right", "wrong", "finding"),
        [
            pytest.param("persist-credentials: false", "clean: true", "artipacked", id="token left"),
            pytest.param("permissions: {}", "permissions: write-all", "excessive", id="all rights"),
            pytest.param("actions/cache@v5", "someone/cache@v5", "unpinned-uses", id="moving tag"),
            pytest.param(
                "run: uv run poe check",
                "run: echo ${{ github.event.pull_request.title }}",
                "template-injection",
                id="injection",
            ),
        ],
    )
    def test_a_planted_hole_is_found(self, copied: Callable[..., Path], right: str, wrong: str, finding: str) -> None:
        folder = copied()
        plant(folder / self.WORKFLOW, right, wrong)

        result = zizmor(folder / ".github")

        assert result.returncode != 0
        assert finding in result.stdout


class TestGitLabCI:
    def test_the_schema_is_met(self, rendered: Rendered) -> None:
        """The emitted pipeline is one that GitLab accepts."""
        result = schema("gitlab-ci", rendered(ci="gitlab") / ".gitlab-ci.yml")

        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            pytest.param("  script:", "  scripts:", id="script"),
            pytest.param("  before_script:", "  befor_script:", id="before_script"),
            pytest.param("interruptible: true", "interruptible: often", id="interruptible"),
        ],
    )
    def test_a_planted_bug_is_found(self, copied: Callable[..., Path], right: str, wrong: str) -> None:
        file = copied(ci="gitlab") / ".gitlab-ci.yml"
        plant(file, right, wrong)

        result = schema("gitlab-ci", file)

        assert result.returncode == 1, result.stdout
