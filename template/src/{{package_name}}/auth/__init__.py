"""Authentication and roles: passwords, tokens, dependencies."""
