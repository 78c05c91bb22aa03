"""An existing project takes the plugin in: no file of it is changed, and the plugin names what it needs."""

import json
import re
from pathlib import Path

import pytest

from tests.adopt.adoption import adopt
from tests.adopt.conftest import ASKED
from tests.adopt.samples import SAMPLES, Adopted, begin
from tests.support import template


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_that_was_there_is_changed(oneloop: Path, tmp_path: Path, name: str) -> None:
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


def test_what_copier_and_the_plugin_list_is_enough(adopted: Adopted) -> None:
    """A command, a table, a line for each setting. Then the suite runs, and fails where it used the wrong loop."""
    asked = json.loads((adopted.top / ASKED).read_text())

    run = adopted.pytest()

    assert {line.split()[0] for line in asked} >= {"asyncio_mode", "asyncio_default_test_loop_scope"}
    own = {name for name in run.ended if ".harness." not in name}
    passed = {name for name in own if run.ended[name] == "passed"}
    assert len(passed) == adopted.sample.keep, run.output
    assert {kind for name, kind in run.ended.items() if ".harness." in name} == {"passed"}, run.output
    assert run.output.count("Page: docs/testing/known-errors.md#another-loop") == len(own) - len(passed) > 0, run.output


def test_fixtures_that_override_the_plugins_are_listed(adopted: Adopted) -> None:
    """A fixture of the suite wins, and the header names it."""
    header = adopted.output("--collect-only", "-v")

    named = re.search(r"oneloop: your fixtures override the plugin's: (.*)", header)
    found = set(named[1].split(", ")) if named else set()
    conftest = adopted.root / "tests/conftest.py"
    own = set(re.findall(r"^(?:async )?def (\w+)", conftest.read_text(), re.MULTILINE)) if conftest.exists() else set()
    assert found == own & {"client", "async_client", "db_session", "db_engine", "test_user", "test_users", "app"}
