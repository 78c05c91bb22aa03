"""What empties the databases after a test, and finds the changes that no wipe can undo.

May import `app`, `database` and `errors`. Start with `test_databases`, then `wiper`.
"""
