"""`tamis doctor` finds and names faults, and reports nothing else."""
