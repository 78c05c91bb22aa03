"""`uv run poe update`: bring the template's files up to date, and look whether it went well.

`errors` (why it does not begin), `answers` (what `.copier-answers.yml` says), `tree` (the
working tree), `copier` (the program). Standard library alone, all of it
imported before Copier runs: the update renews these files too.
"""
