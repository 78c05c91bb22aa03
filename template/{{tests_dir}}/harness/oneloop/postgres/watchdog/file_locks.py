"""File locks, which the system releases when their process ends, however it ends."""

import os
import sys
import time
from pathlib import Path

POLL_SECONDS = 0.02


def hold(path: Path, *, alone: bool = False, seconds: float = 0.0) -> int | None:
    """Lock the file `path`, shared or `alone`, until the descriptor is closed; None if it is not free in `seconds`."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o600)
    deadline = time.monotonic() + seconds
    while not _lock(descriptor, alone=alone):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(POLL_SECONDS)
    return descriptor


if sys.platform == "win32":
    import msvcrt

    SLOTS = 64

    def _lock(descriptor: int, *, alone: bool) -> bool:
        # Windows has no shared lock: each holder locks one byte, and `alone` locks all of them.
        for slot in range(1 if alone else SLOTS):
            os.lseek(descriptor, slot, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, SLOTS if alone else 1)
            except OSError:
                continue
            return True
        return False
else:
    import fcntl

    def _lock(descriptor: int, *, alone: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
