"""The steps of an update: changes in the user's own files, one module a step, and what applies them.

May import `update` and the standard library. Start with `step_list`, then `apply_steps`. `__main__` starts without the
packages of the service, so that a service of any release can run it after `copier update`.
"""
