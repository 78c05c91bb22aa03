"""What the plugin cannot work with ends the run before a test has run, with a message that says what to do."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.overlay import Overlay

COLLECTED = {
    "test_both": "run on two event loops",
    "test_both_by_a_fixture": "run on two event loops",
    "test_sync_in_async": "is `async def`",
    "TestMixed": "mixes clients: ",
    "test_no_reason": "without a reason",
    "test_blank_reason": "without a reason",
    "test_exempts_nothing": "does not use `client`. Delete the marker",
}


def refused(overlay: Overlay, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Return what a run printed that ended before any test, without a traceback."""
    status, output = overlay.output(*arguments, env=env)
    assert status not in (0, 1), output
    assert "Traceback" not in output, output
    assert "INTERNALERROR" not in output, output
    assert not re.search(r"\d+ (passed|failed)", output), output
    return output


def replace(overlay: Overlay, path: str, old: str, new: str) -> None:
    file = overlay.root / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


class TestThePolicy:
    @pytest.mark.parametrize("options", [[], ["-n", "2"], ["-k", "fine"]], ids=["alone", "workers", "a part"])
    def test_names_all_that_break_it_once(self, service: Overlay, options: list[str]) -> None:
        """One error for all of them, whatever the way of running."""
        output = refused(service, "tests/probes/test_policy_collected.py", *options)

        offences = dict(re.findall(r"^  \S+::(\w+) (.*)$", output, re.MULTILINE))
        assert offences.keys() == COLLECTED.keys()
        assert [name for name, words in COLLECTED.items() if words not in offences[name]] == []
        assert output.count("docs/testing/clients.md") >= 1


class TestMarkers:
    @pytest.mark.parametrize(
        ("marker", "arguments"),
        [
            ("network", ""),
            ("network", "()"),
            ("blocking", '("")'),
            ("blocking", '(why="it must")'),
            ("repeated_selects", ""),
        ],
    )
    def test_of_exemption_need_a_reason(self, changed: Overlay, marker: str, arguments: str) -> None:
        file = changed.root / "tests/test_exempt.py"
        file.write_text(f"import pytest\n\n\n@pytest.mark.{marker}{arguments}\ndef test_it() -> None:\n    pass\n")

        output = refused(changed, "tests/test_exempt.py")

        assert f'@pytest.mark.{marker}("' in output
        assert "Tests break the rules for clients and markers." in output


class TestSettings:
    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("asyncio_default_test_loop_scope = session", "", "asyncio_default_test_loop_scope = session"),
            ("asyncio_mode = auto", "asyncio_mode = strict", "asyncio_mode is 'strict'"),
        ],
        ids=["no loop scope", "strict mode"],
    )
    def test_that_make_a_second_loop_are_named(self, changed: Overlay, old: str, new: str, words: str) -> None:
        replace(changed, "pytest.ini", old, new)

        assert words in refused(changed, "tests/test_health.py")

    @pytest.mark.parametrize(
        "options", [["-p", "no:asyncio"], ["-p", "no:socket"], ["--asyncio-mode=strict"]], ids=" ".join
    )
    def test_of_the_command_line_are_named(self, service: Overlay, options: list[str]) -> None:
        assert "command line" in refused(service, "tests/test_health.py", *options)

    def test_of_a_second_file_are_named(self, changed: Overlay) -> None:
        (changed.root / "pytest.toml").write_text("[pytest]\n")

        assert "pytest.toml" in refused(changed, "tests/test_health.py")

    def test_of_two_services_are_not_mixed(self, changed: Overlay) -> None:
        other = changed.root / "other"
        (other / "tests").mkdir(parents=True)
        (other / "pyproject.toml").write_text('[tool.oneloop]\npackage = "other"\n')
        (other / "tests/test_it.py").write_text("def test_it() -> None:\n    pass\n")

        output = refused(changed, "tests/test_health.py", "other/tests")

        assert f"This run covers two services, other and {changed.root.name}, which have an environment each." in output

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            ("[tool.oneloop]\n", "package"),
            ('[tool.oneloop]\npackage = "nope"\n', "the package 'nope' is not installed"),
            ('[tool.oneloop]\npackage = "my_service"\npackages = 1\n', "packages"),
            ('[tool.oneloop]\npackage = "my_service"\nmay_block = "x.py"\n', "may_block"),
            ('[tool.oneloop]\npackage = "my_service"\nrepeated_selects = true\n', "a number, 0 or more"),
            ('[tool.oneloop]\npackage = "my_service"\nrepeated_selects = -1\n', "a number, 0 or more"),
            ('[tool.oneloop]\npackage = "my_service"\nmay_outlive = ["a.py"]\n', "the reason for each file"),
            ('[tool.oneloop]\npackage = "my_service"\nmay_outlive."a.py" = ""\n', "the reason for each file"),
            ('[tool.oneloop]\npackage = "my_service"\ndriver = "nonsense"\n', "postgresql+psycopg"),
            ("", '    [tool.oneloop]\n    package = "my_service"'),
        ],
        ids=[
            "no package",
            "another package",
            "unknown",
            "wrong type",
            "no number",
            "below 0",
            "no reasons",
            "no reason",
            "driver",
            "no table",
        ],
    )
    def test_of_the_plugin_are_checked(self, changed: Overlay, table: str, words: str) -> None:
        replace(changed, "pyproject.toml", '[tool.oneloop]\npackage = "my_service"\n', table)

        output = refused(changed, "tests/test_health.py")

        assert words in output
        assert "pyproject.toml" in output


class TestTheDatabase:
    @pytest.mark.parametrize(
        "url",
        ["postgresql://u:hunter2@localhost/orders", "postgresql://u:hunter2@localhost:1/orders_test", "nonsense"],
        ids=["not a test's", "unreachable", "no URL"],
    )
    def test_that_is_given_is_checked_once(self, service: Overlay, url: str) -> None:
        """One sentence, and no password."""
        output = refused(service, "tests/test_health.py", env={"TEST_DATABASE_URL": url})

        assert output.count("TEST_DATABASE_URL") >= 1
        assert "hunter2" not in output

    @pytest.mark.parametrize("workers", ["0", "2"])
    def test_that_cannot_be_had_is_a_failure_and_never_a_skip(
        self, service: Overlay, tmp_path: Path, workers: str
    ) -> None:
        output = refused(service, "tests/users", "-n", workers, env={"PGBIN": str(tmp_path)})

        assert "PGBIN" in output
        assert "skipped" not in output


MORE = """
_create = upgrade


def upgrade() -> None:
    _create()
    op.execute("{}")


def downgrade()"""
BROKEN = MORE.format("SELECT * FROM nonsense")
SEEDED = MORE.format("INSERT INTO users VALUES (gen_random_uuid(), now(), 'seed', 'seed', 'admin', 'x', true)")
FIXTURE = '\n\n@pytest.fixture(scope="session")\ndef {}():\n    {}\n'


def seeded(overlay: Overlay) -> None:
    replace(overlay, "migrations/versions/2026_11_23_initial.py", "def downgrade()", SEEDED.lstrip())


def broken(overlay: Overlay) -> None:
    replace(overlay, "migrations/versions/2026_11_23_initial.py", "def downgrade()", BROKEN.lstrip())


def fixture(name: str, body: str) -> Callable[[Overlay], None]:
    def write(overlay: Overlay) -> None:
        file = overlay.root / "tests/conftest.py"
        file.write_text(file.read_text() + FIXTURE.format(name, body))

    return write


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(seeded, ["SeededRowsError", "public.users", "`kept_tables`"], id="seeded rows"),
        pytest.param(fixture("create_app", 'raise OSError("no broker")'), ["no broker"], id="seam that raises"),
        pytest.param(fixture("create_app", 'pytest.fail("no broker")'), ["no broker"], id="seam that fails"),
        pytest.param(
            fixture("settings", 'pytest.skip("no broker")'), ["SeamSkipError", "no broker"], id="seam that skips"
        ),
        pytest.param(
            broken,
            [
                "The migration 0001 failed at migrations/versions/2026_11_23_initial.py:",
                '\n    op.execute("SELECT * FROM nonsense")\n',
                'relation "nonsense" does not exist',
            ],
            id="migration",
        ),
    ],
)
def test_what_every_test_needs_and_fails_is_reported_once(
    changed: Overlay, change: Callable[[Overlay], None], words: list[str]
) -> None:
    """The first test reports it, and the run stops."""
    change(changed)

    run = changed.pytest("tests/users")

    assert run.having("error") == set(run.outcomes), run.output
    assert len(run.ended) == 1, run.output
    assert [word for word in words if word not in run.output] == [], run.output


def test_a_closed_loop_ends_the_run_with_its_test(service: Overlay) -> None:
    run = service.pytest("tests/probes/test_closed_loop.py")

    assert run.outcomes.keys() == {"test_closes_the_loop"}, run.output
    assert "ClosedLoopError" in run.outcomes["test_closes_the_loop"].said
    assert "closed the event loop that the app and all tests share" in run.output
    assert "No test can start after test_closes_the_loop. See above." in run.output
