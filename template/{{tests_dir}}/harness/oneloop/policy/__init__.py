"""The rules of a test run: clients, markers with a reason, network access, pytest's settings.

May import `config`, `errors` and `database`. Start with `client_policy`.
"""
