"""The stand-in for Docker is strict: what it cannot carry out, or would carry out otherwise, it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.dockerfile import DockerIgnore, Instruction, UnknownInstructionError, parse
from tests.packaging.image import Builder, Image

Build = Callable[[str], Image]

FROM = "FROM python:3.11-slim\nWORKDIR /app\n"


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a Dockerfile in a project of two files, one of which is ignored."""
    project = tmp_path / "project"
    project.mkdir()
    (project / ".dockerignore").write_text("*\n!shipped.txt\n")
    (project / "shipped.txt").write_text("shipped")
    (project / ".env").write_text("SECRET_KEY=secret")

    def build(dockerfile: str) -> Image:
        (project / "Dockerfile").write_text(dockerfile)
        return Builder(project, tmp_path, tmp_path / "bin", tmp_path / "cache").build()

    return build


class TestParser:
    def test_lines_continue_and_comments_vanish(self) -> None:
        """As in Docker, a backslash joins lines, and a comment may stand between them."""
        steps = parse("# why\nRUN --mount=type=cache,target=/c uv \\\n# why not\n    sync\n")

        assert steps == [Instruction("RUN", {"mount": "type=cache,target=/c"}, "uv sync")]

    def test_an_unknown_instruction_is_refused(self) -> None:
        with pytest.raises(UnknownInstructionError, match="ONBUILD"):
            parse("ONBUILD RUN uv sync")


class TestDockerIgnore:
    @pytest.mark.parametrize(
        ("path", "shipped"),
        [
            ("src/service/main.py", True),
            ("src/service/__pycache__/main.cpython-311.pyc", False),
            ("__pycache__/x.py", False),
            ("pyproject.toml", True),
            ("src/service/old.pyc", False),
            ("sub/pyproject.toml", False),
            (".env", False),
            ("tests/conftest.py", False),
            ("srcs/x", False),
        ],
    )
    def test_the_last_match_decides(self, path: str, shipped: bool) -> None:
        """A folder that is let through brings what is in it, but for later patterns."""
        ignore = DockerIgnore("*\n!src\n!pyproject.toml\n**/__pycache__\n**/*.pyc\n")

        assert ignore.lets_through(path) is shipped


class TestBuilder:
    def test_copies_what_the_context_holds(self, build: Build) -> None:
        image = build(f"{FROM}COPY shipped.txt ./")

        assert image.path("shipped.txt").read_text() == "shipped"

    def test_an_ignored_file_cannot_be_copied(self, build: Build) -> None:
        """A COPY of something that .dockerignore holds back fails here as it would in Docker."""
        with pytest.raises(FileNotFoundError, match=r"\.env"):
            build(f"{FROM}COPY .env ./")

    def test_a_stage_sees_only_what_it_copies(self, build: Build) -> None:
        """The build stage's files are gone from where they were."""
        image = build(f"FROM python:3.11 AS build\nWORKDIR /app\nCOPY shipped.txt ./\n{FROM}")

        assert not image.path("shipped.txt").exists()

    @pytest.mark.parametrize("step", ["RUN apt-get update", "RUN rm -rf /", "RUN curl example.com"])
    def test_a_step_it_would_not_run_is_refused(self, build: Build, step: str) -> None:
        """A step that was skipped in silence would make a green test prove nothing."""
        with pytest.raises(UnknownInstructionError, match=step):
            build(FROM + step)

    def test_an_unknown_base_is_refused(self, build: Build) -> None:
        with pytest.raises(UnknownInstructionError, match="alpine"):
            build("FROM alpine:3")
