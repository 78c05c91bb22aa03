"""An update brings the harness of a release to a busy service, and touches nothing else."""
