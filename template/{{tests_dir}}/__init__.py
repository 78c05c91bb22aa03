"""The tests of the service. A package, so that no installed package called `tests` shadows it."""
