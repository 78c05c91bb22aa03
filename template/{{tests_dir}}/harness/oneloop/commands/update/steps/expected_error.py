import re

from .step import ServiceFiles, Step

TEST = re.compile(r"^async def test_background_task_that_fails_leaves_the_answer_whole\(", re.MULTILINE)
MARKER = '@pytest.mark.background_error("the task fails on purpose")\n'


def change(files: ServiceFiles) -> None:
    for path in files.sources(".py"):
        text = files.read(path) or ""
        found = TEST.search(text)
        if found and "background_error" not in text[: found.start()].rpartition("\n\n\n")[2]:
            files.write(path, text[: found.start()] + MARKER + text[found.start() :])


STEP = Step(
    "0.4.0",
    "Mark the test whose background task fails on purpose",
    "An error after the response fails its test now, because no client can see it.",
    change,
)
