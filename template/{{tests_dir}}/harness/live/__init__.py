"""The live folder before release 0.4.0."""
