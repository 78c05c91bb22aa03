"""A project that stands takes the harness in: nothing of it is changed, and the harness says what it misses."""

from pathlib import Path

import pytest

from tests.adopt.adoption import adopt
from tests.adopt.samples import SAMPLES, Adopted, begin
from tests.support import template


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_that_stood_is_changed(oneloop: Path, tmp_path: Path, name: str) -> None:
    sample = SAMPLES[name]
    top = begin(sample, tmp_path / name)
    (top / sample.root / "conftest.py").write_text("# mine\n")
    (top / "docs/testing").mkdir(parents=True)
    (top / "docs/testing/README.md").write_text("# Ours\n")
    before = template.files(top)

    adopt(oneloop, sample, top)

    after = template.files(top)
    new = {path for path in after.keys() - before.keys() if not path.startswith(".git/")}
    assert {path for path in before if before[path] != after.get(path)} == set()
    allowed = (f"{sample.tests}/harness/", "docs/testing/")
    alone = {f"{sample.tests}/__init__.py", f"{sample.tests}/seam.py", ".copier-answers.yml"}
    assert {path for path in new if not path.startswith(allowed)} <= alone
    assert f"{sample.tests}/seam.py" in new


def test_it_says_what_is_missing_and_that_is_enough(adopted: Adopted) -> None:
    """A command for all the packages, a line for each setting, and then the suite runs: red where it was wrong."""
    run = adopted.pytest()

    assert [line for line in adopted.said if line.startswith("Run: uv add --dev ")] != []
    assert [line for line in adopted.said if "asyncio_mode" in line] != []
    assert len(run.having("passed")) == adopted.sample.keep, run.output
    wrong = len(run.outcomes) - adopted.sample.keep
    assert run.output.count("Page: docs/testing/diagnosis.md#another-loop") == wrong > 0, run.output
