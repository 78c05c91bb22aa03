"""An update brings the plugin of a release to a busy service, and changes nothing else."""
