"""The suites of `rendered/` run inside a rendered service; here, nothing collects them."""

collect_ignore = ["rendered"]
