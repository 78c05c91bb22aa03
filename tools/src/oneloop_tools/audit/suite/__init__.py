"""The suite: finds the tests and reads them without running any of them.

It imports `sources` of the audit, and `routes` and `resources` of the app. Start reading at `interpreter`.
"""
