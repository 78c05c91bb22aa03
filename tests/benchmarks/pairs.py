"""Two things timed in turn, such as an update and plain Copier, and what to say of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

from tests.support.environment import succeed


def timed(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Run a command that has to succeed; return how many seconds a user waits for it, and what it said."""
    started = perf_counter()
    said = succeed(*command, cwd=cwd, env=env)
    return perf_counter() - started, said


def ratio(ours: Sequence[float], others: Sequence[float]) -> str:
    """Return how many times as long ours take as the others that they took turns with.

    The quickest run of each is compared, as `timeit` has it: what else the machine does can only make a run slower.
    The range is that of the turns' own ratios, to see how far such a machine can be trusted.
    """
    turns = [mine / theirs for mine, theirs in zip(ours, others, strict=True)]
    return f"{min(ours) / min(others):.2f} ({min(turns):.2f} to {max(turns):.2f})"


def report(pairs: Sequence[tuple[float, float]], ours: str, other: str) -> str:
    """Return three lines for pairs of seconds, of ours and of what it is compared with."""
    mine, theirs = zip(*pairs, strict=True)
    rows = ((ours, f"{min(mine):.2f} s"), (other, f"{min(theirs):.2f} s"), ("ratio", ratio(mine, theirs)))
    return "\n".join(f"  {label:17} {figure}" for label, figure in rows)
