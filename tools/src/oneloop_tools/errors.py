class ToolsError(Exception):
    """The root of all errors that end a command. The message says what happened, where, and what to do."""
