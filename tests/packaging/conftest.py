"""Rendered services to look at (`emitted`), to spoil (`copied`), and the image of one (`image`)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import copier
import pytest

Render = Callable[..., Path]
TEMPLATE = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """A rendered service, one for each set of answers, to look at only."""
    rendered: dict[tuple[tuple[str, str], ...], Path] = {}

    def emitted(**answers: str) -> Path:
        key = tuple(sorted(answers.items()))
        if key not in rendered:
            folder = tmp_path_factory.mktemp("emitted") / "service"
            copier.run_copy(
                str(TEMPLATE),
                folder,
                data=answers,
                defaults=True,
                quiet=True,
                vcs_ref="HEAD",
                settings=copier.Settings(),
            )
            rendered[key] = folder
        return rendered[key]

    return emitted


@pytest.fixture
def copied(emitted: Render, tmp_path: Path) -> Render:
    """A copy of a rendered service, to plant a bug in."""

    def copied(**answers: str) -> Path:
        return Path(shutil.copytree(emitted(**answers), tmp_path / "service"))

    return copied
