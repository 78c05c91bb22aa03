"""What Copier's questions cannot say is written into the seam, a file that Copier has just made."""

from pathlib import Path

FUNCTION = "session_factory_dependency("


def complete_seam(file: Path, session_dependency: str) -> None:
    """Return the method of an object as the session dependency, such as `container.session`."""
    name, _, attributes = session_dependency.partition(":")[2].partition(".")
    if not attributes or not file.exists():
        return
    before, found, after = file.read_text("utf-8").partition(FUNCTION)
    after = after.replace(f"    return {name}\n", f"    return {name}.{attributes}\n", 1)
    file.write_text(f"{before}{found}{after}", "utf-8")
