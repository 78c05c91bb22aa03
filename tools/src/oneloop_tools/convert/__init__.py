"""Rewrites sync tests into async ones. What is not known to be safe is left, with a comment, and listed.

It imports LibCST, in `syntax` only, and nothing of the audit, which it runs as a process in the project. Start reading
at `conversion.convert`. The modules, in the order of the work:

- read: `command` (one run), `advice` (what the audit says), `files` (what to convert), `syntax` (LibCST's trees),
  `modules` and `index` (what is defined where), `clients` (which client and app);
- judge: `survey` examines all functions. The judges of one function share an `examination` and write `findings`:
  `shared_clients`, `made_clients`, `client_uses`, `calls`, `overrides` and `shape`;
- decide: `decision`, `plan` and `staying` (what is shared with tests that stay);
- change: `rewrite`, `signatures`, `cleaning` and `imports`, collected in `edits`;
- report: `reasons` and `command`.

Two rules keep it safe. A use of a client that is not on a list of known ones is a doubt, and a doubt leaves the test.
What could go wrong unnoticed, such as a redirect that is not followed, is a doubt unless the test checks it.
"""
