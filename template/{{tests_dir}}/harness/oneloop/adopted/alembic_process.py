"""Runs Alembic: `python -m oneloop.adopted.alembic_process INI WAY REVISION VARIABLE DRIVER`.

It only migrates the database whose URL is in the environment variable VARIABLE.
"""

import os
import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import make_url
from sqlalchemy.engine import Engine


def main(ini: str, way: str, revision: str, variable: str, driver: str) -> None:
    allowed = make_url(os.environ[variable]).set(drivername=driver)
    os.environ[variable] = allowed.render_as_string(hide_password=False)
    original = Engine.raw_connection

    def raw_connection(engine: Engine) -> Any:
        if (engine.url.database, engine.url.host) != (allowed.database, allowed.host):
            sys.exit(
                f"env.py connects to the database {engine.url.database!r}, and not to "
                f"{allowed.database!r}, whose URL is in {variable}. Nothing was migrated."
            )
        return original(engine)

    Engine.raw_connection = raw_connection  # type: ignore[method-assign, assignment]  # all engines pass here
    config = Config(ini)
    config.set_main_option("sqlalchemy.url", os.environ[variable].replace("%", "%%"))
    sys.path.insert(0, str(Path(ini).parent))
    (command.downgrade if way == "downgrade" else command.upgrade)(config, revision)


if __name__ == "__main__":
    main(*sys.argv[1:])
