"""Pages about other services."""
