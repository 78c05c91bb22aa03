"""A domain that a user has added: model, migration, routes and tests, as the README of a service asks for them."""

from pathlib import Path

from tests.updates.edits import edit

PACKAGE = "src/my_service"

MODEL = '''"""Orders."""

from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, Identified


class Order(Identified, Base):
    """Something that somebody wants."""

    __tablename__ = "orders"

    number: Mapped[int] = mapped_column(unique=True)
'''

ROUTES = '''"""Orders."""

from fastapi import APIRouter
from sqlalchemy import func, select

from ..auth.dependencies import CurrentUserDep
from ..database import SessionDep
from .models import Order

router = APIRouter(prefix="/orders", tags=["orders"])


@router.get("")
async def count_orders(_: CurrentUserDep, session: SessionDep) -> dict[str, int]:
    """Return how many orders there are."""
    return {"total": await session.scalar(select(func.count()).select_from(Order)) or 0}
'''

MIGRATION = '''"""Orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("orders")
'''

TESTS = '''"""Orders."""

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from my_service.orders.models import Order


class TestCountOrders:
    """GET /api/orders."""

    async def test_anonymous_is_401(self, async_client: AsyncClient) -> None:
        response = await async_client.get("/api/orders")

        assert response.status_code == 401

    async def test_counts_what_is_there(
        self, writer_client: AsyncClient, db_session: AsyncSession
    ) -> None:
        db_session.add_all([Order(number=1), Order(number=2)])
        await db_session.commit()

        response = await writer_client.get("/api/orders")

        assert response.json() == {"total": 2}
        assert response.headers["X-Request-ID"]
'''

IMPORT = "from my_service.orders import models as _orders  # noqa: F401\n"
ACCESS = '    "GET /api/orders": Access(anonymous=401, admin=200, editor=200, writer=200),\n'


def add(service: Path) -> None:
    """Write the domain's files, and name it in the app and the migrations."""
    files = {
        f"{PACKAGE}/orders/__init__.py": '"""Orders."""\n',
        f"{PACKAGE}/orders/models.py": MODEL,
        f"{PACKAGE}/orders/routes.py": ROUTES,
        "migrations/versions/2026_11_24_orders.py": MIGRATION,
        "tests/orders/__init__.py": '"""Orders."""\n',
        "tests/orders/test_routes.py": TESTS,
    }
    for path, text in files.items():
        (service / path).parent.mkdir(exist_ok=True)
        (service / path).write_text(text)
    edit(
        service / f"{PACKAGE}/main.py", "from .settings", "from .orders.routes import router as orders\nfrom .settings"
    )
    edit(service / f"{PACKAGE}/main.py", ", metrics):", ", metrics, orders):")
    edit(service / "migrations/env.py", "from my_service.settings", IMPORT + "from my_service.settings")
    if (service / "tests/access.py").exists():
        declare(service)


def declare(service: Path) -> None:
    """Say who may, as the harness asks for it."""
    edit(service / "tests/access.py", "ACCESS = {\n", f"ACCESS = {{\n{ACCESS}")
