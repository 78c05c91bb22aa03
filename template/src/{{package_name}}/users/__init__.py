"""The people of the service."""
