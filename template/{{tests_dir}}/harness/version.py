"""The harness's own version: the template's release that it came with."""

VERSION = "0.3.0"
