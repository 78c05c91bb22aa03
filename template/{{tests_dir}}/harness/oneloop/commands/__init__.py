"""The development verbs: a command, with a database where none is given.

`python -m tests.harness.dev serve <package>.main:create_app` starts the service and reloads it;
`python -m tests.harness.dev run COMMAND ...` runs a command in the same environment.

When neither the environment nor `.env` names a database, an embedded PostgreSQL with a kept
database serves. Verbs in two terminals share it, and the last one to end stops it. The service is
never imported here: it reads its settings from the environment of its own process.
"""
