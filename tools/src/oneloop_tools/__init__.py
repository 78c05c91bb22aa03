"""The tools for an existing suite. They run from the template and are never copied into a project.

Start reading at `cli`, which reads the command line. `convert` rewrites files in the tool's own process, with LibCST.
`audit` has to import the project's app, so `project` starts it on the project's interpreter, with nothing but what the
project has. Neither of the two imports the other.
"""
