"""A step of the CHANGELOG that cannot be done to the letter is an error."""

from pathlib import Path

import pytest

from tests.support.project import Project
from tests.updates.by_hand import Reader
from tests.updates.releases import ChangelogError, Step

INI = "[pytest]\naddopts = -ra\nxfail_strict = true\n"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    (tmp_path / "pytest.ini").write_text(INI)
    return Reader(Project(tmp_path, "3.11"), tmp_path, ("src/gone/",), lambda _: None)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("In `pytest.ini`, add `-p no:x` at the end of `addopts`.", INI.replace("-ra", "-ra -p no:x")),
        ("In `pytest.ini`, add the line `minversion = 9.0`.", f"{INI}minversion = 9.0\n"),
        ("In `pytest.ini`, write `-rA` for\n  `-ra`.", INI.replace("-ra", "-rA")),
        (
            "In `pytest.ini`, below `addopts = -ra`, add:\n\n  ```ini\n  a = 1\n  ```\n",
            INI.replace("-ra", "-ra\na = 1"),
        ),
        ("Run `cp pytest.ini copy.ini && echo '[pytest]' > pytest.ini`: it says why.", "[pytest]\n"),
        ("In `pytest.ini`, add at the end, with your names:\n\n  ```ini\n  a = 1\n  ```\n", f"{INI}\na = 1\n"),
        ("In `pytest.ini`, remove `xfail_strict = true`.", INI.replace("xfail_strict = true", "")),
        ("In `src/gone/routes.py`, write `a` for `b`.", INI),
        ("In `README.md`, if you have it, write `a` for `b`.", INI),
        ("In `pytest.ini`, if you have the job, write `a` for `what is not there`.", INI),
    ],
    ids=[
        *("at the end of a line", "a line", "for another", "below", "a command"),
        *("at the end", "removed", "in what is deleted", "an optional file", "an optional text"),
    ],
)
def test_a_step_is_followed(reader: Reader, text: str, result: str) -> None:
    reader.follow(Step("9.9.9", text))

    assert (reader.service.root / "pytest.ini").read_text() == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Look at pytest.ini.", "has none of the forms"),
        ("In `pytest.ini`, see to it that all is well.", "has none of the forms"),
        ("In `pytest.toml`, add the line `a`.", "is about a file that does not exist"),
        ("In `pytest.ini`, write `a` for `what is not there`.", "changes nothing in pytest.ini"),
        ("In `pytest.ini`, add `a` at the end of `markers`.", "changes nothing in pytest.ini"),
        ("In `pytest.ini`, below `markers`, add:\n\n  ```ini\n  a\n  ```\n", "changes nothing in pytest.ini"),
    ],
)
def test_a_step_that_cannot_be_is_named(reader: Reader, text: str, message: str) -> None:
    with pytest.raises(ChangelogError, match=message):
        reader.follow(Step("9.9.9", text))
