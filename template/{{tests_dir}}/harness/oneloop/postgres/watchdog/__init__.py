"""The process that stops the server when the test run has ended; it imports nothing outside itself.

It reads one request from its standard input. That pipe stays open while the run lives. When it closes, even by `kill
-9`, the watchdog stops the server and removes the run's folder. It has a session of its own, so that Ctrl-C in the
terminal reaches pytest but not the server, which the tests' teardown still needs. Start reading at `watchdog_main.py`.
"""
