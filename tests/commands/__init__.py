"""The development commands of the plugin, run in a service as small as can be."""
