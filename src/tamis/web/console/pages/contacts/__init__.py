"""Pages about contacts, their types and imports."""
