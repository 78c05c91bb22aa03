"""Rewrites sync tests into async ones. What is not known to be safe is left, with a comment, and listed.

Start reading at `conversion.convert`. The modules, in the order of the work:

- read: `command` and `options` (one run), `files` and `selection` (what to convert), `syntax` and `lines` (LibCST's
  trees), `modules`, `functions`, `project_index` (what is defined where), `clients` and `apps` (which client and app);
- judge: `survey` examines all functions, `examine` one of them. The judges share an `examination` and write `findings`:
  `fixture_parameters`, `made_clients`, `shared_clients`, `client_uses`, `client_requests`, `helper_calls`,
  `await_positions`, `response_checks`, `loop_hacks`, `sessions`, `marks`, `overrides`, `plain_fixtures` and
  `fixture_shape`;
- decide: `decision` and `plan`, with `references` and `async_copies`;
- change: `rewrite`, `signatures`, `class_splits`, `cleaning`, `imports`, `todo`, collected in `edits`;
- report: `reasons` and `report`.

Two rules keep it safe. A use of a client that is not on a list of known ones is a doubt, and a doubt leaves the test.
What could go wrong unnoticed, such as a redirect that is not followed, is a doubt unless the test checks it.
"""
