"""Commands that serve a data directory, maintain it, or connect it to other services."""
