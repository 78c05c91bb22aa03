"""What the documents promise: links resolve, code is code, and the tutorial works."""
