"""The suite: finds the tests and reads them without running any of them."""
