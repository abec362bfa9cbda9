"""The Python client: against a server that fails as servers do, and against Tamis."""
