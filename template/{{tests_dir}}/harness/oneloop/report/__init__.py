"""The report of a failed test: known errors, the SQL, and the reason why a run stops.

May import `test_run` and the rooms below it. Start with `report_writer`.
"""
