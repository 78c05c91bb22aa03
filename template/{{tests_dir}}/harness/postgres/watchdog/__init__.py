"""The process between a run and its server, which ends the server when the run is gone.

It is told on its standard input what to do. That pipe stays open for as long as the run lives: when
it closes, be it by `kill -9`, the watchdog stops the server and removes the run's folder. It has a
session of its own, so that a Ctrl-C in the terminal reaches pytest and not the server, which the
tests' teardown still needs. It is started on its own, without the harness and its dependencies, so
this package imports nothing but the standard library.
"""
