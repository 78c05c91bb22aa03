"""What the tests put on PATH as uv: it records its arguments, and fails or waits as the variables of a test say."""

import json
import os
import sys
import time
from pathlib import Path

calls, *arguments = sys.argv[1:]
with Path(calls).open("a") as record:
    record.write(json.dumps({"arguments": arguments, "folder": str(Path.cwd()), "variables": dict(os.environ)}) + "\n")

if "--offline" in arguments and "CACHE_IS_EMPTY" in os.environ:
    sys.exit(1)
if "copier" in arguments:
    if "COPIER_REFUSES" in os.environ:
        sys.exit(os.environ["COPIER_REFUSES"])
    service = Path(arguments[-1])
    service.mkdir(exist_ok=True)
    (service / "pyproject.toml").touch()
    deadline = time.monotonic() + 10
    while "COPIER_WAITS_FOR" in os.environ and not (service / os.environ["COPIER_WAITS_FOR"]).exists():
        if time.monotonic() > deadline:
            sys.exit("Nothing was installed meanwhile.")
        time.sleep(0.01)
    sys.exit(os.environ.get("COPIER_FAILS"))
if "sync" in arguments:
    attempts = Path("attempts")
    attempts.write_text(attempts.read_text() + "." if attempts.exists() else ".")
    if len(attempts.read_text()) < int(os.environ.get("SYNC_NEEDS", "1")):
        sys.exit("It does not know enough yet.")
    Path("uv.lock").touch()
if "pytest" in arguments:
    if "TESTS_WAIT" in os.environ:
        (Path.cwd() / "tests-run").touch()
        time.sleep(60)
    sys.exit(int(os.environ.get("TESTS_STATUS", "0")))
if "oneloop-tools" in arguments:
    sys.exit(7)
