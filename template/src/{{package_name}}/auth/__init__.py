"""Who calls: passwords, tokens, and the roles that a route asks for."""
