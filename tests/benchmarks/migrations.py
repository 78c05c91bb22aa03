"""How long the first test of a service with 300 migrations takes, beside the same with one.

    uv run python tests/benchmarks/migrations.py [MIGRATIONS] [ROUNDS]

Each round deletes what was kept, then runs each service twice: on the second run the migrated template of the first one
is reused, if it took long enough to be kept. The goal is a ratio of at most 1.3 on the second run. It prints, and
asserts no time.
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.pairs import report
from tests.benchmarks.suite_project import run_suite, suite_project
from tests.support.project import Project

MIGRATIONS, ROUNDS = 300, 5
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "bench{number:04}"
down_revision = "{before}"


def upgrade() -> None:
    {step}


def downgrade() -> None:
    pass
"""
STEPS = (
    'op.create_table("bench_{table}", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(50)))',
    'op.create_index("ix_bench_{table}_name", "bench_{table}", ["name"])',
    'op.add_column("bench_{table}", sa.Column("count", sa.Integer, server_default="0"))',
    'op.alter_column("bench_{table}", "name", type_=sa.String(80), nullable=False)',
    'op.create_check_constraint("ck_bench_{table}_count", "bench_{table}", "count >= 0")',
)


def add_migrations(project: Project, migrations: int) -> None:
    """Add to the service's one migration: a table in every fifth, and changes to it in the four others."""
    before = "0002"
    for number in range(migrations - 1):
        step = STEPS[number % len(STEPS)].format(table=number // len(STEPS))
        file = project.root / f"migrations/versions/bench_{number:04}.py"
        file.write_text(REVISION.format(number=number, before=before, step=step))
        before = f"bench{number:04}"


def seconds_to_first_test(project: Project) -> float:
    report = run_suite(project, tests=1, keep_template=True)
    assert report.began is not None
    return report.began - report.started


def main() -> None:
    """Measure in turn, and print."""
    given = [int(word) for word in sys.argv[1:]]
    migrations, rounds = [*given, *(MIGRATIONS, ROUNDS)[len(given) :]]
    first: list[tuple[float, float]] = []
    second: list[tuple[float, float]] = []
    with suite_project() as many, suite_project() as one:
        add_migrations(many, migrations)
        for _ in range(1 + rounds):
            for project in (many, one):
                shutil.rmtree(project.root / ".pytest_cache/oneloop", ignore_errors=True)
            for pairs in (first, second):
                pairs.append((seconds_to_first_test(many), seconds_to_first_test(one)))
    for run, pairs in (("first", first), ("second", second)):
        print(f"the {run} run, quickest of {rounds}")
        print(report(pairs[1:], f"{migrations} migrations", "1 migration"))


if __name__ == "__main__":
    main()
