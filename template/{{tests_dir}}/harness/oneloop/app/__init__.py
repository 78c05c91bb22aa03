"""The app of the service: started once by its lifespan, and the routes that it has.

Imports nothing else of the plugin. Start with `running_app`.
"""

from .running_app import AppChanges, RunningApp, in_own_task

__all__ = ["AppChanges", "RunningApp", "in_own_task"]
