"""What ends a command, and the program that the user called."""

import os

# `oneloop.py` of a clone says its own name here.
PROGRAM = os.environ.get("ONELOOP_PROGRAM", "oneloop-tools")


class ToolsError(Exception):
    """The root of all errors that end a command. The message says what happened, where, and what to do."""
