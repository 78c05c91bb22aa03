"""No test leaves anything for the next, and whoever reaches beyond a wipe is told by name."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.bugs import Bug, planted
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project

PROBES = Path(__file__).parent / "probes"


@pytest.fixture(scope="session")
def isolated(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this worker's own, with the probes of isolation in it."""
    project = installed().copy(tmp_path_factory.mktemp("isolated") / "service")
    folder = project.root / "tests" / "probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for source in PROBES.glob("isolation_*.py"):
        shutil.copy(source, folder / f"test_{source.name}")
    return project


def probe(project: Project, *arguments: str) -> Run:
    """Run some tests, and return how each of them ended."""
    return run_pytest([uv(), "run", "--quiet", "pytest", "-q", *arguments], project.root, project.environment)


@pytest.fixture(scope="session")
def wrong(isolated: Project) -> Run:
    """Return the outcomes of the probes that do what a test must not, all in one run."""
    return probe(isolated, "tests/probes/test_isolation_wrong.py")


def test_what_takes_a_superuser_is_right(isolated: Project) -> None:
    """Foreign, temporary and extensions' tables, forced row security, triggers without a superuser, checkpoints."""
    done = probe(isolated, "tests/probes/test_isolation_right.py")

    assert done.outcomes.keys() - done.having("passed") == set(), done.output
    assert len(done.outcomes) == 5


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        (
            "test_another_process_holds_a_lock[SELECT 1]",
            "error",
            ["LeakError", "idle in transaction after: 'SELECT 1'"],
        ),
        ("test_another_process_holds_a_lock[SELECT pg_sleep(60)]", "error", ["LeakError", "'SELECT pg_sleep(60)'"]),
        ("test_after_another_process", "passed", []),
        ("test_makes_a_table", "error", ["SchemaChangedError", "made: table left_behind", "own_database"]),
        ("test_drops_a_table", "error", ["SchemaChangedError", "dropped: table searches", "own_database"]),
        ("test_alters_a_table", "error", ["SchemaChangedError", "changed: table documents", "own_database"]),
        ("test_makes_a_table_out_of_sight", "error", ["SchemaChangedError", "made: table left_behind"]),
        ("test_after_ddl", "passed", []),
    ],
)
def test_mistake_is_named_with_its_cure(wrong: Run, name: str, kind: str, words: list[str]) -> None:
    """The test that did it fails, with what happened and the one thing to do next."""
    outcome = wrong.outcomes[name]

    assert outcome.kind == kind, outcome.said
    assert [word for word in words if word not in outcome.said] == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_marks_with_arguments_are_refused(isolated: Project, workers: str) -> None:
    """Once, when tests are collected, each by the name of its test; workers are no crash for it."""
    done = isolated.run("pytest", "-q", "-n", workers, "tests/probes/test_isolation_marks.py")

    assert done.returncode == 4
    output = done.stdout
    assert "test_own: @pytest.mark.own_database takes no argument" in output
    assert "test_restart: @pytest.mark.restart_sequences takes no argument" in output
    assert output.count("takes no argument") == 2
    assert "Traceback" not in output


def test_a_kept_table_that_is_none_is_refused(isolated: Project) -> None:
    """A slip of the pen would let the wipe take what was to be kept."""
    path = isolated.root / "tests" / "conftest.py"
    text = path.read_text()
    try:
        path.write_text(f'{text}\n\n@pytest.fixture(scope="session")\ndef kept_tables():\n    return ["contries"]\n')
        done = isolated.run("pytest", "-q", "-x", "tests/users")
    finally:
        path.write_text(text)

    assert done.returncode == 1
    assert "KeptTablesError: The fixture `kept_tables` names contries" in done.stdout


WIPE = "tests/harness/wipe"
PLACES = "tests/harness/places.py"
TESTS = "tests/harness/promises"
BUGS = {
    "unlogged tables are in no log": Bug(
        f"{WIPE}/log.py",
        "changed := '{{{unlogged}}}';",
        "changed := '{{}}';",
        f"{TESTS}/test_wipe.py",
        "test_nothing_is_left[many-unlogged beside another]",
    ),
    "any change is one of a table": Bug(
        f"{WIPE}/log.py",
        "IF changed <@ '{{{oids}}}' THEN",
        "IF changed <> '{{}}' THEN changed := '{{}}'; wiped := true; ELSIF changed <@ '{{{oids}}}' THEN",
        f"{TESTS}/test_wipe.py",
        "test_nothing_is_left[many-generated]",
    ),
    "partitions are left out": Bug(
        f"{WIPE}/catalogue.py",
        "WHERE c.relkind = 'r' AND",
        "WHERE c.relkind = 'r' AND NOT c.relispartition AND",
        f"{TESTS}/test_wipe.py",
        "test_nothing_is_left[few-partitions]",
    ),
    "children are left out": Bug(
        f"{WIPE}/catalogue.py",
        "WHERE c.relkind = 'r' AND",
        "WHERE c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid) AND",
        f"{TESTS}/test_wipe.py",
        "test_nothing_is_left[few-inherited]",
    ),
    "triggers fire": Bug(
        f"{WIPE}/catalogue.py",
        "tgtype & 8 <> 0",
        "false",
        f"{TESTS}/test_wipe.py",
        "test_nothing_is_left[few-noted on delete]",
    ),
    "rules rule": Bug(
        f"{WIPE}/catalogue.py",
        "ev_type = '4'",
        "false",
        f"{TESTS}/test_wipe.py",
        "test_nothing_is_left[few-a rule instead of the delete]",
    ),
    "ALWAYS is forgotten": Bug(
        f"{WIPE}/catalogue.py",
        "CASE tgenabled WHEN 'A' THEN 'ALWAYS ' END",
        "NULL",
        f"{TESTS}/test_kept_rows.py",
        "test_an_emptied_materialized_view_is_filled",
    ),
    "a deferred check is pending": Bug(
        f"{WIPE}/thorough.py",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SELECT 1",
        f"{TESTS}/test_kept_rows.py",
        "test_kept_rows_are_put_back[few-changed]",
    ),
    "the log is read where a checkpoint removed it": Bug(
        f"{WIPE}/log.py",
        "EXCEPTION WHEN undefined_file",
        "EXCEPTION WHEN undefined_table",
        "tests/probes/test_isolation_right.py",
        "test_the_log_is_there_after_checkpoints",
    ),
    "kept rows are not compared": Bug(
        f"{WIPE}/statement.py",
        "found += [rows.format(table.quoted) for table in catalogue.kept]",
        "found += [\"'same'\" for table in catalogue.kept]",
        f"{TESTS}/test_kept_rows.py",
        "test_kept_rows_are_put_back[few-changed]",
    ),
    "referrers are forgotten": Bug(
        f"{WIPE}/catalogue.py",
        "if one.oid in pointing and one.oid not in found",
        "if one.oid in ()",
        f"{TESTS}/test_kept_rows.py",
        "test_kept_rows_are_put_back[few-added]",
    ),
    "views are not refreshed": Bug(
        f"{WIPE}/wiper.py",
        "views=views",
        "views=[]",
        f"{TESTS}/test_kept_rows.py",
        "test_materialized_views_show_what_they_showed[few-plainly]",
    ),
    "sequences are not restarted": Bug(
        f"{WIPE}/wiper.py",
        "setval($1::regclass, $2, $3)",
        "$1::text, $2::bigint, $3::boolean",
        f"{TESTS}/test_places.py",
        "test_sequences_begin_anew_where_a_test_asks[",
    ),
    "locks are waited for": Bug(
        f"{WIPE}/others.py",
        "AND state LIKE 'idle in transaction%'",
        "AND state LIKE 'nobody'",
        f"{TESTS}/test_places.py",
        "test_a_lock_that_another_driver_left_is_not_waited_for",
    ),
    "a new table is not seen": Bug(
        f"{WIPE}/statement.py",
        "(SELECT max(oid)::text FROM pg_class)",
        "(SELECT '0')",
        f"{TESTS}/test_places.py",
        "test_a_schema_that_a_test_changed_is_replaced",
    ),
    "the second database is forgotten": Bug(
        PLACES,
        "for place in self._places:\n            try:",
        "for place in self._places[:1]:\n            try:",
        f"{TESTS}/test_places.py",
        "test_a_second_database_is_wiped_like_the_first",
    ),
    "the database is not brought back": Bug(
        "tests/harness/place.py",
        "await self.databases.rename(self._aside, self.suffix)",
        "await self.databases.clone(self.suffix, self.template)",
        f"{TESTS}/test_own_database.py",
        "test_an_own_database_goes_with_its_test",
    ),
    "the mark does nothing": Bug(
        "tests/harness/marks.py",
        "item.fixturenames.insert(",
        "list(item.fixturenames).insert(",
        f"{TESTS}/test_own_database.py",
        "test_the_app_and_the_test_share_the_tests_own_database",
    ),
    "pools are not emptied": Bug(
        PLACES,
        "await greenlet_spawn(engine.dispose)",
        "assert engine",
        f"{TESTS}/test_own_database.py",
        "test_an_own_database_goes_with_its_test",
    ),
    "a column has no migration": Bug(
        "src/my_service/users/models.py",
        "    username: Mapped[str] = mapped_column(String(50))\n",
        "    username: Mapped[str] = mapped_column(String(50))\n    nickname: Mapped[str | None]\n",
        f"{TESTS}/test_migrations.py",
        "test_the_models_and_the_migrations_agree",
    ),
    "a table survives the way down": Bug(
        "migrations/versions/2026_11_23_initial.py",
        '("refresh_tokens", "searches", "documents", "users")',
        '("refresh_tokens", "documents")',
        f"{TESTS}/test_migrations.py",
        "test_the_migrations_go_down_and_up_again",
    ),
}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(isolated: Project, bug: Bug) -> None:
    """The named test fails; a promise whose test cannot fail is none."""
    with planted(isolated, bug):
        done = probe(isolated, bug.noticed_by)

    found = done.having("failure") | done.having("error")
    assert [name for name in found if name.startswith(bug.words)] != [], done.output


def test_drift_is_told_as_the_missing_step(isolated: Project) -> None:
    """Once, with what to write, in Alembic's words."""
    with planted(isolated, BUGS["a column has no migration"]):
        done = probe(isolated, f"{TESTS}/test_migrations.py")

    said = done.outcomes["test_the_models_and_the_migrations_agree"].said
    assert "op.add_column('users', sa.Column('nickname', sa.String(), nullable=True))" in said
    assert "alembic revision --autogenerate" in said
