"""How requests are written down: shared by both halves of the audit."""

HOLE = "\0"  # a part of a path that cannot be read
WEBSOCKET = "WEBSOCKET"  # the method of a websocket
