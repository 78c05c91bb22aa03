from oneloop.checks.test_access import *  # noqa: F403  pytest collects them here
from oneloop.checks.test_migrations import *  # noqa: F403  likewise
