"""What a failed test says: known errors with cause and fix, the SQL, and why a run stops.

May import `test_run` and the rooms below it. Start with `report_writer`.
"""

from . import known_errors, report_writer, stop_run

PARTS = [known_errors, report_writer, stop_run]
