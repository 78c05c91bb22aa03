from .step import ServiceFiles, Step

OLD, NEW = "docs/testing/one-loop.md", "docs/testing/clients.md"


def change(files: ServiceFiles) -> None:
    for path in files.sources(".toml", ".md", ".py"):
        files.write(path, (files.read(path) or "").replace(OLD, NEW))


STEP = Step("0.2.0", "Name the page that replaced docs/testing/one-loop.md", "The page was renamed.", change)
