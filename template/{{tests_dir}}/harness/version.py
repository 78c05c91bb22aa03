"""The plugin's version, for the update command of releases before 0.4.0."""

VERSION = "0.4.0"
