"""The service's tests. A package, so that no installed package named `tests` can shadow it."""
