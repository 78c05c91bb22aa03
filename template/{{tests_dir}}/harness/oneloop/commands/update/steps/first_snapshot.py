from .step import ServiceFiles, Step

SNAPSHOT = "contract/openapi.json"
CHECK = "harness/oneloop/checks/test_contract.py"


def change(files: ServiceFiles) -> None:
    if files.answer("kind") != "harness" and files.bytes_of(f"{files.tests}/{SNAPSHOT}") is None:
        files.run("pytest", "-q", f"{files.tests}/{CHECK}", "--update-contract")


STEP = Step(
    "0.4.0",
    "Write the first snapshot of the API",
    "Each run compares the API with tests/contract/openapi.json, so that a change is seen in a review.",
    change,
)
