"""The plugin itself, loaded from the template: what is measured and tried here is what is shipped."""

import sys
from importlib import import_module
from pathlib import Path

from tests.support.template import TESTS

# First: oneloop.py, at the top of this repository, has the same name.
sys.path.insert(0, str(Path(__file__).parents[2] / "template" / TESTS / "harness"))

PostgresWiper = import_module("oneloop.cleanup.wiper").PostgresWiper
find_client = import_module("oneloop.postgres").find_client
start_persistent = import_module("oneloop.postgres").start_persistent
start_temporary = import_module("oneloop.postgres").start_temporary
