"""The files of a service as small as can be: one route, one migration."""

FILES = {
    "src/tiny/__init__.py": "",
    "src/tiny/main.py": """
        import os
        from dotenv import load_dotenv
        from fastapi import FastAPI

        def create_app() -> FastAPI:
            load_dotenv()
            app = FastAPI()
            app.get("/")(lambda: {name: os.environ.get(name) for name in ("DATABASE_URL", "SECRET_KEY")})
            return app
    """,
    "alembic.ini": """
        [alembic]
        script_location = %(here)s/migrations
    """,
    "migrations/script.py.mako": "",
    "migrations/env.py": """
        import asyncio, os
        from alembic import context
        from dotenv import load_dotenv
        from sqlalchemy.ext.asyncio import create_async_engine

        def migrate(connection):
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()

        async def main():
            async with create_async_engine(os.environ["DATABASE_URL"]).begin() as connection:
                await connection.run_sync(migrate)

        load_dotenv()
        asyncio.run(main())
    """,
    "migrations/versions/one.py": """
        from alembic import op

        revision, down_revision = "one", None

        def upgrade():
            op.execute("CREATE TABLE migrated (id int)")
    """,
    "tests/__init__.py": "",
}
