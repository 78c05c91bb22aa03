"""The app of the service: started once by its lifespan, and the routes that it has.

Imports nothing else of the plugin. Start with `running_app`.
"""

from .running_app import RunningApp, in_own_task, overriding

__all__ = ["RunningApp", "in_own_task", "overriding"]
