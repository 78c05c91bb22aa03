"""An outage: PostgreSQL ended, froze or restarted while the tests ran.

`signs` tells by an error whether that may be so, `incarnation` asks the server itself and waits for
one that is coming back, `errors` says what happened, and `hooks` stops the run, once.
"""
