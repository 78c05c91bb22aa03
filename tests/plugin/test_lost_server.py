"""A PostgreSQL that goes away during a run is reported once, and the run stops."""

from pathlib import Path

import pytest

from tests.postgres.processes import alive
from tests.support.outcomes import Run
from tests.support.overlay import Overlay
from tests.support.shipped import start_temporary

PROBE = "tests/probes/test_lost_server.py"
LOSES_IT = "test_that_loses_it"


def lose(service: Overlay, end: str, note: Path, *options: str, url: str | None = None) -> Run:
    """Run a suite in whose middle the server ends in the way `end`; which server it was is written to `note`."""
    given = {"TEST_DATABASE_URL": url} if url else {}
    return service.pytest(PROBE, *options, env={"END": end, "NOTE": str(note), **given})


def assert_reported_once(run: Run, workers: str) -> None:
    """Each other worker has at most one test that fails, and no other test starts."""
    assert run.exit_status in {1, 2}
    assert "LostServerError" in run.output
    assert run.outcomes[LOSES_IT].kind == "error", run.output
    failed = run.having("error") | run.having("failure")
    assert len(failed) <= max(1, int(workers)), run.output
    assert "INTERNALERROR" not in run.output


@pytest.mark.parametrize(("end", "workers"), [("kill", "0"), ("stop", "0"), ("crash", "0"), ("kill", "2")])
def test_of_this_run_is_reported_and_leaves_nothing(service: Overlay, tmp_path: Path, end: str, workers: str) -> None:
    """With the end of its log; a crash of one of its processes loses every connection too."""
    note = tmp_path / "note"

    run = lose(service, end, note, "-n", workers)

    folder, processes = note.read_text().splitlines()
    if end == "crash":  # PostgreSQL recovers, the pool connects again, and every other test passes
        assert run.outcomes.keys() - run.having("passed") <= {LOSES_IT}, run.output
    else:
        assert_reported_once(run, workers)
        assert "The end of its log:" in run.output
    assert not Path(folder).parent.exists()
    assert [pid for pid in map(int, processes.split()) if alive(pid)] == []


def test_server_of_the_user_has_to_be_started_again(service: Overlay, tmp_path: Path) -> None:
    with start_temporary() as server:
        url = server.url.replace("/postgres?", "/service_test?")
        run = lose(service, "kill", tmp_path / "note", url=url)

    assert_reported_once(run, "0")
    assert "Start that server, then run the tests again." in run.output
    assert "The end of its log" not in run.output
