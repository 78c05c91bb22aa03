"""A template that took long to migrate serves the next run. What makes it stale is in deep/test_kept_template.py."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.overlay import Overlay
from tests.support.shipped import start_temporary

SLOW = """
from alembic import op

revision = "slow"
down_revision = "0002"


def upgrade():
    op.execute("CREATE TABLE slow (id int)")
    op.execute("SELECT pg_sleep(0.6)")


def downgrade():
    op.execute("DROP TABLE slow")
"""
MODEL = """
from my_service.database import Base
from sqlalchemy.orm import Mapped, mapped_column


class Slow(Base):
    __tablename__ = "slow"
    id: Mapped[int] = mapped_column(primary_key=True)
    forgotten: Mapped[str]
"""
TEST = """
from sqlalchemy import text


async def test_the_app_owns_what_the_migrations_made(db_session):
    await db_session.execute(text("ALTER TABLE slow ADD COLUMN more int"))
"""
REUSED = "migrated template of 20"


@pytest.fixture
def slow(changed: Overlay) -> Overlay:
    """A service whose migrations take long."""
    (changed.root / "migrations/versions/slow.py").write_text(SLOW)
    (changed.root / "tests/test_slow.py").write_text(TEST)
    return changed


def reuses(service: Overlay, *arguments: str, env: dict[str, str] | None = None) -> bool:
    """Run the test, and return whether the header names a migrated template."""
    status, output = service.output("-v", "tests/test_slow.py", *arguments, env=env)
    assert status == 0, output
    return REUSED in output


def test_an_embedded_server_starts_with_it(slow: Overlay) -> None:
    """And drift is judged on migrations that have run: only env.py may import a module of models."""
    env = slow.root / "migrations/env.py"
    env.write_text(env.read_text().replace("\nfrom my_service.", "\nimport my_service.slow\nfrom my_service.", 1))
    (slow.root / "src/my_service/slow.py").write_text(MODEL)

    assert not reuses(slow)
    assert (slow.root / ".pytest_cache/.gitignore").read_text() == "*\n"
    assert not reuses(slow, env={"CI": "true"})
    assert reuses(slow, "-n", "2")
    status, output = slow.output("-v", "tests/harness/oneloop/checks", "-k", "agree")
    assert (status, REUSED in output) == (1, True), output
    assert "op.add_column('slow', sa.Column('forgotten'" in output


def test_a_given_server_keeps_it_for_runs_at_once(slow: Overlay) -> None:
    with start_temporary() as server, ThreadPoolExecutor() as threads:
        given = {"TEST_DATABASE_URL": server.url.replace("/postgres?", "/test?")}

        assert not reuses(slow, env=given)
        assert list(threads.map(lambda _: reuses(slow, env=given), range(2))) == [True, True]
