import re

from .step import ServiceFiles, Step

BOTH_WAYS = '(command.downgrade if revision == "base" else command.upgrade)(config, revision)'
TAKES_TWO = r"def \w+\(\w+: str,"
LINES = ('def go(url: str, revision: str = "head") -> None:', f"    {BOTH_WAYS}")


def change(files: ServiceFiles) -> None:
    path = f"{files.tests}/conftest.py"
    text = files.read(path)
    migrate = re.search(r"^def migrate\(.*?(?=^\S|\Z)", text or "", re.MULTILINE | re.DOTALL)
    if text is None or migrate is None or "command." not in migrate[0] or re.search(TAKES_TWO, migrate[0]):
        return
    new = re.sub(r"(def \w+\(url: str)\)( -> None:)", r'\1, revision: str = "head")\2', migrate[0])
    new = new.replace('command.upgrade(config, "head")', BOTH_WAYS)
    if BOTH_WAYS in new and 'revision: str = "head"' in new:
        files.write(path, text.replace(migrate[0], new))
    else:
        files.leave(path, "The fixture `migrate` must take a revision, to go down to `base` too.", *LINES)


STEP = Step(
    "0.2.0", "Let the fixture `migrate` take a revision", "A check migrates down to `base` and up again.", change
)
