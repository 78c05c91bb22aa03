"""The suite: found, and read test by test without running any of it."""
