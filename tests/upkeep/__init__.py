"""What a service's user has of an update: the verb, the checks, the manifest, the weekly look, the link."""
