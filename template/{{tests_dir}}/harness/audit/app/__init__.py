"""The app: found, imported, and asked which route answers and what that reaches."""
