"""What ends a command, and what the messages share: the program that the user called, and counts."""

import os

# `oneloop.py` of a clone says its own name here.
PROGRAM = os.environ.get("ONELOOP_PROGRAM", "oneloop-tools")


class ToolsError(Exception):
    """The root of all errors that end a command. The message says what happened, where, and what to do."""


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
