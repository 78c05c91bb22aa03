"""Tests of the user's service that run in every test run: access, migrations, contract.

May import every other room. They are tests, so they import the plugin as `oneloop`. Start with
`check_selection`, which says what is collected when.
"""

from . import check_selection

PARTS = [check_selection]
