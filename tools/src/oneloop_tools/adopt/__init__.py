"""Brings the plugin into an existing project: looks, shows, asks, writes, and runs the suite before and after.

It looks without importing anything (`project_tree` and the modules that use it). Then `confirmation` checks what was
found, by `in_project`, a process on the project's own interpreter. Start reading at `command`.
"""
