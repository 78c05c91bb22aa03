"""Documents and searches."""
