"""The app of the service: started once by its real lifespan, and what FastAPI knows of its routes.

Imports nothing else of the plugin. Start with `running_app`.
"""

from .running_app import RunningApp, in_own_task, overriding

__all__ = ["RunningApp", "in_own_task", "overriding"]
