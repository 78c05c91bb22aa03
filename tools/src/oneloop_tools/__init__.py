"""The tools for a suite of tests. They run from the template and are never copied into a project.

Start reading at `cli`, which reads the command line. `convert` rewrites files in the tool's own process, with LibCST;
`plant` finds places there, and runs the project's tests in the project.
`audit` has to import the project's app, so `project` starts it on the project's interpreter, with nothing but what the
project has. None of the three imports another.
"""
