"""An existing project takes the plugin in: no file of it is changed, and the plugin names what it needs."""

import json
import re
import textwrap
from pathlib import Path

import pytest

from tests.adopt.commands import STEPS
from tests.adopt.conftest import ASKED, adopt
from tests.adopt.sample import FOLDER, SAMPLES, Adopted, AdoptSample, begin
from tests.docs.markdown import blocks
from tests.support import template
from tests.support.environment import succeed

PAGE = Path("docs/adopting.md")
NEEDED = {"asyncio_mode", "asyncio_default_test_loop_scope"}
# A report of such an error names the first one.
REPEATED = re.compile(r"^(?:ERROR|FAILED) .+ - The same error as in .+: WrongLoopError$", re.MULTILINE)
ASKING, ANSWERED, COLLECT = (block.text.strip() for block in blocks(PAGE, "sh"))


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
    alone = {f"{sample.tests}/seam.py", ".copier-answers.yml"}
    assert {path for path in new if not path.startswith(allowed)} <= alone
    assert f"{sample.tests}/seam.py" in new


def test_what_copier_and_the_plugin_list_is_enough(adopted: Adopted) -> None:
    """A command, a table, a line for each setting. Then the suite runs, and fails where it used the wrong loop."""
    asked = {line.split()[0] for line in json.loads((adopted.top / ASKED).read_text())}
    own_settings = (FOLDER / adopted.sample.name / adopted.sample.root).glob("py*.[ti]*")  # pyproject.toml, pytest.ini
    has = {line.split()[0] for file in own_settings for line in file.read_text().splitlines() if line}

    run = adopted.pytest()

    assert asked & NEEDED == NEEDED - has
    own = {name for name in run.ended if ".harness." not in name}
    passed = {name for name in own if run.ended[name] == "passed"}
    assert len(passed) == adopted.sample.keep, run.output
    assert {kind for name, kind in run.ended.items() if ".harness." in name} == {"passed"}, run.output
    wrong = run.output.count("Page: docs/testing/known-errors.md#another-loop") + len(REPEATED.findall(run.output))
    assert wrong == len(own) - len(passed) > 0, run.output


def test_fixtures_that_override_the_plugins_are_listed(adopted: Adopted) -> None:
    """A fixture of the suite wins, and the header names it."""
    header = adopted.output("--collect-only", "-v")

    named = re.search(r"oneloop: your fixtures override the plugin's: (.*)", header)
    found = set(named[1].split(", ")) if named else set()
    conftest = adopted.root / "tests/conftest.py"
    own = set(re.findall(r"^(?:async )?def (\w+)", conftest.read_text(), re.MULTILINE)) if conftest.exists() else set()
    assert found == own & {"client", "async_client", "db_session", "db_engine", "test_user", "test_users", "app"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(ASKING.replace(" copy ", " copy --defaults --data migrations=create_all "), id="asking"),
        pytest.param(ANSWERED, id="answered", marks=pytest.mark.nightly),
    ],
)
def test_the_pages_command_adopts(oneloop: Path, tmp_path: Path, command: str) -> None:
    """It writes what the other tests here adopt, and prints the table of the page. Nobody sits here to be asked."""
    top = begin(SAMPLES["brief"], tmp_path / "by-command")

    output = succeed("sh", "-ec", command.replace("ADDRESS", f"--vcs-ref HEAD {oneloop}"), cwd=top)

    by_library = template.files(adopt(oneloop, SAMPLES["brief"], begin(SAMPLES["brief"], tmp_path / "by-library")))
    written = {path for path in template.files(top) if not path.startswith(".git/")}
    assert written == {path for path in by_library if not path.startswith(".git/")}
    found = STEPS.search(output)
    assert found, output
    (table,) = blocks(PAGE, "toml")
    assert textwrap.dedent(found[3]).strip() == table.text.strip()


def test_the_pages_command_collects(adopt_sample: AdoptSample) -> None:
    project = adopt_sample("brief")

    assert "tests collected" in succeed("sh", "-ec", COLLECT, cwd=project.root, env=project.uv_settings)
