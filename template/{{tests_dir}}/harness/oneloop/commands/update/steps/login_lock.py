from .step import ServiceFiles, Step
from .text_edits import below

VERIFIED = "    valid, rehashed = await asyncio.to_thread(_verify, hasher, credentials.password, hashed)\n"
REFUSED = "    if user is None or not valid or not user.is_active:\n"
BLOCK = """\
    if user is not None and valid:
        # Meanwhile the password may have been changed. From here on the row is locked.
        locked = ["hashed_password", "is_active"]
        await session.refresh(user, locked, with_for_update={"key_share": True})
        valid = user.hashed_password == hashed
"""


def change(files: ServiceFiles) -> None:
    for path in files.sources(".py"):
        text = files.read(path) or ""
        if "to_thread(_verify" not in text or "with_for_update={" in text:
            continue
        if VERIFIED + REFUSED in text:
            files.write(path, below(text, VERIFIED.strip(), BLOCK))
        else:
            reason = "Lock the user's row after its password is verified, before tokens are issued."
            files.leave(path, reason, *BLOCK.splitlines())


STEP = Step(
    "0.3.0",
    "Lock the user's row while a login issues tokens",
    "Security: if the password was changed meanwhile, the old hash was written back and its token stayed valid.",
    change,
)
