"""Marks with arguments that they do not take."""

import pytest


@pytest.mark.own_database("orders")
def test_own() -> None: ...


@pytest.mark.restart_sequences(start=1)
def test_restart() -> None: ...
