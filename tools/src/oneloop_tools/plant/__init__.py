"""Plants the bugs that only production shows, one at a time, and reports those that no test noticed.

Start reading at `command.run`. Two sides share the work:

- in the tool's own process: `kinds` (what can be planted; LibCST, through `source`), `places` (where), `project_copy`
  (a copy for each worker: the working tree is only read), `reach` (which tests reach a line), `order` with `related`
  (which of them run first), `workers` (the processes in each copy), `planting` (the runs), `outcome` with the baseline,
  and `report`;
- in the project's interpreter, with nothing but what the project has: `warm` (imports the libraries once, and forks
  for each run by `child_run`), `collected` with `code_swap` (likewise, when the tests are collected), `suite` (one run
  of pytest) and `contexts` (which test reached which line, by coverage.py).
"""
