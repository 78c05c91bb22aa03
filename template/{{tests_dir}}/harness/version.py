"""The plugin's version, as `poe update` of a release before 0.4.0 reads it."""

VERSION = "0.4.0"
