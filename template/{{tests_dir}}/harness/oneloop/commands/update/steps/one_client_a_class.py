from .step import ServiceFiles, Step
from .text_edits import below

ABOVE = 'assert "m=8,t=1,p=1" in fresh.hashed_password'
CLASS = '''

class TestLoginBody:
    """POST /api/auth/login with a body that is not valid; a class has one kind of client."""
'''


def change(files: ServiceFiles) -> None:
    for path in files.sources(".py"):
        text = files.read(path) or ""
        _, found, rest = text.partition(f"{ABOVE}\n")
        if found and rest.lstrip("\n").startswith("    ") and "class TestLoginBody" not in text:
            files.write(path, below(text, ABOVE, CLASS))


STEP = Step(
    "0.2.0",
    "Give the tests of a wrong login body a class of their own",
    "The tests of one class use one kind of client, and these use the sync one.",
    change,
)
