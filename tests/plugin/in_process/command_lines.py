"""The command lines that matter, each with two tests of the small service: they end as in a plain run, or in one line."""

import shlex

import pytest

from oneloop.selftest.conftest import RunSuite, run, source

TESTS = ("tests/test_suite.py", "-k", "test_01 or test_03")
MARKED = """

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.{})
"""

FORKED = "\n\ndef pytest_addoption(parser):\n    parser.addoption('--forked', action='store_true')\n"  # pytest-forked's


@pytest.mark.parametrize(
    "options",
    [
        "-x -m 'not blocking' -v --durations=3 --maxfail=1",
        "-p cacheprovider --lf",
        "-p cacheprovider --ff --nf --stepwise",
        "--setup-show -s --log-cli-level=INFO",
        "--pdb --import-mode=importlib",
        "--assert=plain --tb=no -p no:logging",
        "-p xdist.plugin -p anyio.pytest_plugin",
        "--disable-socket",
        "--allow-hosts=192.0.2.1",
        "--force-enable-socket",
    ],
)
def test_the_tests_end_as_in_a_plain_run(run: RunSuite, options: str) -> None:
    done = run(*TESTS, *shlex.split(options))

    assert [*done.outcomes.values()] == ["passed", "passed"], done.output
    assert "exit status 0" in done.output


@pytest.mark.parametrize("options", ["--collect-only", "--setup-plan", "--fixtures", "--fixtures-per-test", "--markers"])
def test_what_only_lists_runs_nothing(run: RunSuite, options: str) -> None:
    done = run(*TESTS, options)

    assert "exit status 0" in done.output, done.output


@pytest.mark.parametrize(
    ("options", "seam", "words"),
    [
        ("-p anyio.pytest_plugin -o anyio_mode=auto", "", "anyio_mode is 'auto', and the plugin needs 'strict'."),
        ("-p anyio.pytest_plugin", MARKED.format("anyio"), "@pytest.mark.anyio runs a test on another event loop"),
        ("-p no:pytest_socket", "", "pytest-socket is switched off"),
        ("--forked", FORKED, "--forked runs a test in a process of its own"),
        ("-o markers=forked", MARKED.format("forked"), "@pytest.mark.forked runs a test in a process of its own"),
    ],
    ids=["anyio's auto mode", "anyio", "no pytest-socket", "--forked", "forked"],
)
def test_what_cannot_work_is_one_line_at_the_start(run: RunSuite, options: str, seam: str, words: str) -> None:
    done = run(*TESTS, *shlex.split(options), seam=seam)

    assert not done.outcomes
    done.shows(words, "exit status 4")
    assert "Traceback" not in done.output
