"""Runs inside a rendered service: `python with_database.py '[["alembic", "upgrade", "head"], ...]'`.

Starts the plugin's temporary PostgreSQL and runs the commands one after the other against it. Ends at the first one
that fails.
"""

import json
import os
import subprocess
import sys
from importlib import import_module

start_temporary = import_module("oneloop.postgres").start_temporary

with start_temporary() as server:
    settings = {"DATABASE_URL": server.url, "SECRET_KEY": "a key for tests that is long enough"}
    for command in json.loads(sys.argv[1]):
        print("$", *command, flush=True)
        done = subprocess.run(command, env={**os.environ, **settings}, check=False)
        if done.returncode:
            sys.exit(done.returncode)
