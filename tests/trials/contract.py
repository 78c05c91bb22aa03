"""Generated requests."""

import re

from tests.support.environment import succeed, uv
from tests.trials.stage import CHEAP, Figure, Stage


async def generated_requests(stage: Stage) -> list[Figure]:
    """Send what Schemathesis makes of the service's description, as an administrator."""
    succeed(uv(), "sync", "--quiet", "--group", "contract", cwd=stage.project.root, env=stage.project.environment)
    wanted = stage.part_of(10_000)
    async with stage.replica(await stage.add_migrated_database(), {**CHEAP, "REFUSED_LOGIN_SECONDS": "0"}) as replica:
        headers = await replica.sign_in()
        settings = stage.folder / "schemathesis.toml"
        settings.write_text("auth.auto-signup = false\n")  # it would sign up a user of its own
        command = ["python", "-m", "schemathesis.cli", "--config-file", str(settings), "run", "--no-color"]
        command += ["--checks", "not_a_server_error", "--continue-on-failure", "--seed", "1"]
        command += ["--max-examples", str(wanted // 10)]  # few operations have so many different requests
        command += ["--header", f"Authorization: {headers['Authorization']}"]
        status, output = await stage.output("", *command, f"http://127.0.0.1:{replica.port}/openapi.json")
    found = re.search(r"(\d+) generated", output)
    cases = int(found[1]) if found else 0
    if status or cases < wanted:
        print(output)
    asked = f"{wanted}, no 5xx"
    return [Figure("cases of Schemathesis", f"{cases}, exit status {status}", asked, not status and cases >= wanted)]
