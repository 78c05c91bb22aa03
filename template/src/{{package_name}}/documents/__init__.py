"""Documents, and the searches for them."""
