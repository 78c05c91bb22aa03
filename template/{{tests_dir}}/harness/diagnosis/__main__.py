"""`python -m tests.harness.diagnosis`: write what is known of errors into the page."""

from pathlib import Path

from .family import PAGE
from .page import render

page = Path(PAGE)
page.write_text(render(page.read_text("utf-8")), "utf-8")
