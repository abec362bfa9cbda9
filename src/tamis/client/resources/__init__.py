"""The calls of the API, grouped as in its paths; each method builds a request and nothing else."""
